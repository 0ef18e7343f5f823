"""What to say about packages that are known: which package a module comes from, and what to use instead of those
that do not exist for WebAssembly.

Tables and sentences alone; nothing is looked up or installed. Read next: imports.py.
"""

from .requirements import normalized

PACKAGE_OF_MODULE = {
    "attr": "attrs", "bs4": "beautifulsoup4", "Crypto": "pycryptodome", "cv2": "opencv-python", "dateutil": "python-dateutil",
    "docx": "python-docx", "dotenv": "python-dotenv", "fitz": "pymupdf", "google.protobuf": "protobuf", "igraph": "python-igraph",
    "jwt": "pyjwt", "magic": "python-magic", "mpl_toolkits": "matplotlib", "OpenSSL": "pyopenssl", "PIL": "pillow",
    "pkg_resources": "setuptools", "pptx": "python-pptx", "serial": "pyserial", "skimage": "scikit-image",
    "sklearn": "scikit-learn", "slugify": "python-slugify", "umap": "umap-learn", "usb": "pyusb", "yaml": "pyyaml",
    "zmq": "pyzmq", "Levenshtein": "levenshtein", "pylab": "matplotlib", "IPython": "ipython", "faiss": "faiss-cpu",
}
"""Modules whose package has another name than they."""

_TRAINING = "Use torch, which is built in and runs on your GPU: torch.nn, torch.optim, torch.utils.data"
_INSTEAD = {
    "tensorflow": _TRAINING, "keras": _TRAINING, "jax": f"{_TRAINING}; torch.func has grad, vmap and jacrev",
    "jaxlib": _TRAINING, "flax": _TRAINING, "mxnet": _TRAINING, "paddlepaddle": _TRAINING, "cupy": _TRAINING,
    "onnxruntime": _TRAINING, "tensorflow-cpu": _TRAINING, "tensorflow-gpu": _TRAINING, "torch-xla": _TRAINING,
    "triton": "torch.compile fuses operations for your GPU without it", "deepspeed": _TRAINING,
    "xformers": "Use torch.nn.functional.scaled_dot_product_attention", "bitsandbytes": _TRAINING,
    "flash-attn": "Use torch.nn.functional.scaled_dot_product_attention",
    "opencv-python": "Use pillow, or torchvision.io and torchvision.transforms.v2, which are built in",
    "opencv-python-headless": "Use pillow, or torchvision.io and torchvision.transforms.v2, which are built in",
    "opencv-contrib-python": "Use pillow, or torchvision.io and torchvision.transforms.v2, which are built in",
    "torchaudio": "Read sound with the wave module and use torch.stft",
    "torchtext": "Use torch.utils.data with your own tokeniser",
    "pyspark": "Use pandas or polars for tables that fit into memory",
    "psycopg2": "A page cannot open a database connection; use sqlite3, or export to a file",
    "psycopg2-binary": "A page cannot open a database connection; use sqlite3, or export to a file",
    "mysqlclient": "A page cannot open a database connection; use sqlite3, or export to a file",
    "pyqt5": "A page has no windows; draw with matplotlib", "pyqt6": "A page has no windows; draw with matplotlib",
    "pyside6": "A page has no windows; draw with matplotlib", "tkinter": "A page has no windows; draw with matplotlib",
    "pygame": "A page has no windows; draw with matplotlib or in HTML",
    "selenium": "A page cannot drive another browser", "playwright": "A page cannot drive another browser",
    "ray": "There are no other machines here; use a plain loop or torch", "dask": "Use pandas for tables that fit into memory",
    "numba": "Use torch, whose operations run on your GPU, or numpy",
    "uvloop": "asyncio works without it", "gevent": "Use asyncio",
    "pyaudio": "A page cannot open the microphone from Python",
    "multiprocess": "There are no other processes here; use a plain loop or torch",
}


def instead_of(package: str) -> str:
    """What to use instead of a package that does not exist for WebAssembly; empty where there is nothing to say."""
    return _INSTEAD.get(normalized(package), "")


def package_of(module: str, *tables: dict[str, str]) -> str:
    """The package that a module most likely comes from."""
    for table in (PACKAGE_OF_MODULE, *tables):
        if module in table:
            return table[module]
    return normalized(module)
