"""Objects that show themselves in one format: HTML, Markdown, Image and so on.

Each holds data, given directly or read from a file of the notebook, and a
`_repr_*_` method for its format. There is no network in the kernel, so data
from a URL is left to the page (`Image(url=…)`) or refused. Read next: display.py.
"""

import json
from typing import Any

from .formatters import encoded


class DisplayObject:
    """Data with a format."""

    _read_mode = "r"

    def __init__(
        self, data: Any = None, url: str | None = None, filename: str | None = None, metadata: dict | None = None
    ) -> None:
        if url is not None and data is None and filename is None:
            raise ValueError(f"{type(self).__name__} cannot load {url!r}: the kernel has no network")
        self.url = url
        self.filename = filename
        self.metadata = metadata or {}
        self.data = data
        if filename is not None and data is None:
            self.reload()

    def __repr__(self) -> str:
        # The name that saved notebooks carry everywhere else.
        return f"<IPython.core.display.{type(self).__name__} object>"

    def reload(self) -> None:
        """Reads the data from the file again."""
        if self.filename is None:
            return
        encoding = None if "b" in self._read_mode else "utf-8"
        with open(self.filename, self._read_mode, encoding=encoding) as file:
            self.data = file.read()

    def _with_metadata(self) -> Any:
        return (self.data, dict(self.metadata)) if self.metadata else self.data


class TextDisplayObject(DisplayObject):
    """Data that must be text."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        if data is not None and not isinstance(data, str):
            raise TypeError(f"{type(self).__name__} expects text, not {data!r}")
        super().__init__(data, **options)


class Pretty(TextDisplayObject):
    """Plain text, shown as it is."""

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self.data)


class HTML(TextDisplayObject):
    """HTML, shown in a frame of its own."""

    def _repr_html_(self) -> Any:
        return self._with_metadata()

    def __html__(self) -> str:
        return self.data


class Markdown(TextDisplayObject):
    """Markdown text."""

    def _repr_markdown_(self) -> Any:
        return self._with_metadata()


class Latex(TextDisplayObject):
    """LaTeX, with its own dollar signs or environment."""

    def _repr_latex_(self) -> Any:
        return self._with_metadata()


class Math(TextDisplayObject):
    """One formula, in display style."""

    def _repr_latex_(self) -> Any:
        text = f"$\\displaystyle {self.data.strip('$')}$"
        return (text, dict(self.metadata)) if self.metadata else text


class SVG(TextDisplayObject):
    """A vector image."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        if isinstance(data, bytes):
            data = data.decode("utf-8")
        if isinstance(data, str) and "<svg" not in data and data.endswith(".svg"):
            data, options = None, {**options, "filename": data}
        super().__init__(data, **options)
        if self.data is not None:
            # Only the element itself may stand in a page; prologues may not.
            start = self.data.find("<svg")
            self.data = self.data[max(start, 0):]

    def _repr_svg_(self) -> Any:
        return self._with_metadata()


class Javascript(TextDisplayObject):
    """A script, which the page runs in an output frame only."""

    def _repr_javascript_(self) -> Any:
        return self._with_metadata()


class JSON(DisplayObject):
    """Data shown as a tree."""

    def __init__(self, data: Any = None, expanded: bool = False, root: str = "root", **options: Any) -> None:
        metadata = {"expanded": expanded, "root": root, **(options.pop("metadata", None) or {})}
        super().__init__(data, metadata=metadata, **options)
        if isinstance(self.data, str):
            self.data = json.loads(self.data)

    def _repr_json_(self) -> Any:
        return self.data, dict(self.metadata)


_MAGIC_NUMBERS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


class Image(DisplayObject):
    """A raster image, from bytes, a file or (shown by the page) a URL."""

    _read_mode = "rb"

    def __init__(
        self, data: Any = None, url: str | None = None, filename: str | None = None, format: str | None = None,
        width: int | None = None, height: int | None = None, alt: str | None = None, metadata: dict | None = None,
        **_other: Any,
    ) -> None:
        if isinstance(data, str):
            if data.startswith(("http://", "https://", "data:")):
                data, url = None, data
            else:
                data, filename = None, data
        self.width, self.height, self.alt = width, height, alt
        if data is None and filename is None:
            self.url, self.filename, self.data, self.metadata = url, None, None, metadata or {}
        else:
            super().__init__(data, filename=filename, metadata=metadata)
        self.format = (format or self._guess()).lower().replace("jpg", "jpeg")

    def _guess(self) -> str:
        if isinstance(self.data, (bytes, bytearray)):
            for magic, name in _MAGIC_NUMBERS:
                if bytes(self.data[: len(magic)]) == magic:
                    return name
        return "png"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if self.data is None:
            size = "".join(f' {name}="{getattr(self, name)}"' for name in ("width", "height") if getattr(self, name))
            alt = f' alt="{_escape(self.alt)}"' if self.alt else ""
            return {"text/html": f'<img src="{_escape(self.url or "")}"{size}{alt}/>'}, {}
        mime = f"image/{self.format}"
        shown = {name: getattr(self, name) for name in ("width", "height", "alt") if getattr(self, name) is not None}
        return {mime: encoded(self.data)}, {mime: {**shown, **self.metadata}} if shown or self.metadata else {}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
