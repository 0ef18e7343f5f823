"""`display()` and its relatives, with IPython's names and behaviour.

Functions publish through the running kernel's publisher (set once by boot.py);
without one they print the plain text, so a module that displays also works in
a script. The objects to display are in display_objects.py.
"""

import os
from typing import Any

from .display_objects import (  # noqa: F401 - one place to import from
    HTML,
    JSON,
    DisplayObject,
    Image,
    Javascript,
    Latex,
    Markdown,
    Math,
    Pretty,
    SVG,
    TextDisplayObject,
)
from .formatters import mime_bundle

__all__ = [
    "display", "update_display", "clear_output", "publish_display_data", "DisplayHandle", "DisplayObject",
    "TextDisplayObject", "Pretty", "HTML", "Markdown", "Math", "Latex", "SVG", "JSON", "Javascript", "Image",
    "display_html", "display_markdown", "display_svg", "display_png", "display_jpeg", "display_latex",
    "display_json", "display_javascript", "display_pretty",
]

_publisher: Any = None


def set_publisher(publisher: Any) -> None:
    """Says where displays go."""
    global _publisher
    _publisher = publisher


def publish_display_data(
    data: dict, metadata: dict | None = None, *, transient: dict | None = None, update: bool = False, **_other: Any
) -> None:
    """Shows a mime bundle in the running cell, or replaces one that is shown."""
    if _publisher is None:
        print(data.get("text/plain", ""))
        return
    content = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
    _publisher.broadcast("update_display_data" if update else "display_data", content)


def display(
    *objects: Any,
    include: Any = None,
    exclude: Any = None,
    metadata: dict | None = None,
    transient: dict | None = None,
    display_id: str | bool | None = None,
    raw: bool = False,
    clear: bool = False,
    **_other: Any,
) -> "DisplayHandle | None":
    """Show objects in the cell's output, each in the richest format it has.

    With `display_id` the result is a handle whose `update` replaces what is
    shown. `raw=True` takes mime bundles instead of objects.
    """
    handle = None
    transient = dict(transient or {})
    if display_id is not None and display_id is not False:
        handle = DisplayHandle(None if display_id is True else display_id)
        transient["display_id"] = handle.display_id
    if clear:
        clear_output(wait=True)
    if handle is not None and not objects:
        return handle
    for value in objects:
        _show(value, include, exclude, metadata, transient, raw, update=False)
    return handle


def update_display(value: Any, *, display_id: str, **options: Any) -> None:
    """Replace what is shown under a display id, wherever it is shown."""
    _show(
        value,
        options.get("include"),
        options.get("exclude"),
        options.get("metadata"),
        {**(options.get("transient") or {}), "display_id": display_id},
        options.get("raw", False),
        update=True,
    )


def _show(value: Any, include: Any, exclude: Any, metadata: dict | None, transient: dict, raw: bool, update: bool) -> None:
    if raw:
        data, own = value, {}
    else:
        shows_itself = getattr(type(value), "_ipython_display_", None)
        if callable(shows_itself) and not isinstance(value, type):
            shows_itself(value)
            return
        data, own = mime_bundle(value, include, exclude)
    if not data:
        return
    publish_display_data(data, {**own, **(metadata or {})}, transient=transient, update=update)


def clear_output(wait: bool = False) -> None:
    """Remove the cell's output, at once or when the next output comes."""
    if _publisher is not None:
        _publisher.broadcast("clear_output", {"wait": bool(wait)})


class DisplayHandle:
    """What `display(…, display_id=…)` gives: shows and replaces one display."""

    def __init__(self, display_id: str | None = None) -> None:
        self.display_id = os.urandom(16).hex() if display_id is None else display_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} display_id={self.display_id}>"

    def display(self, value: Any, **options: Any) -> None:
        """Show another copy, which later updates replace as well."""
        display(value, display_id=self.display_id, **options)

    def update(self, value: Any, **options: Any) -> None:
        """Replace what is shown."""
        update_display(value, display_id=self.display_id, **options)


def _display_as(mime: str, wrap: type) -> Any:
    def show(*objects: Any, raw: bool = False, metadata: dict | None = None) -> None:
        for value in objects:
            if raw:
                display(wrap(value), metadata=metadata)
            else:
                display(value, include={"text/plain", mime}, metadata=metadata)

    show.__doc__ = f"Show objects as {mime}; with raw=True the arguments are the data itself."
    return show


display_html = _display_as("text/html", HTML)
display_markdown = _display_as("text/markdown", Markdown)
display_svg = _display_as("image/svg+xml", SVG)
display_png = _display_as("image/png", Image)
display_jpeg = _display_as("image/jpeg", Image)
display_latex = _display_as("text/latex", Latex)
display_json = _display_as("application/json", JSON)
display_javascript = _display_as("application/javascript", Javascript)
display_pretty = _display_as("text/plain", Pretty)
