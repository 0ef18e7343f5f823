"""IPython's colours, read from the archive that IPython is imported from.

IPython opens the files of its own themes by path, which a zip archive has none
of. Read next: shell.py.
"""

import json
import pathlib
import pkgutil

from IPython.utils import PyColorize


def read_themes_from_archive() -> None:
    """Makes IPython find its own themes wherever it was imported from; those of users stay files."""
    read_file = PyColorize.Theme.from_file

    def from_file(path: object) -> PyColorize.Theme:
        """Build a Theme from a JSON file."""
        place = pathlib.PurePath(path)
        if place.parent != PyColorize._THEME_DIR:
            return read_file(path)
        data = pkgutil.get_data("IPython.utils", f"themes/{place.name}")
        return PyColorize.Theme.from_dict(json.loads(data or b""))

    PyColorize.Theme.from_file = staticmethod(from_file)


read_themes_from_archive()
