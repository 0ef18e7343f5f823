"""Carrel's kernel: Jupyter messages in, Python run, Jupyter messages out.

The package is plain Python. It meets the browser only through a host object
(host.py), so all of it runs, and is tested, under any CPython. It refuses to
know what a page or a tensor is. Read next: kernel.py, execution.py, boot.py.
"""

__version__ = "0.1.0"
