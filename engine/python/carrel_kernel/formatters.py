"""From a Python value to a mime bundle.

Every value has text/plain; the other types come from the `_repr_*_` methods
that a class defines, or from `_repr_mimebundle_`. A method that fails prints
its error and the other formats still come through. Nothing is published here.
Read next: display.py, pretty.py.
"""

import base64
import sys
from typing import Any

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "application/pdf": "_repr_pdf_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
}
"""Which method gives which format."""

CANARY = "_carrel_canary_method_that_no_class_has_"
"""An object that answers to this name answers to any, so its answers mean nothing."""

Bundle = tuple[dict[str, Any], dict[str, Any]]


def mime_bundle(value: object, include: object = None, exclude: object = None) -> Bundle:
    """The data and metadata of a value in every format it has."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    method = _method(value, "_repr_mimebundle_")
    if method is not None:
        _split(_attempt(method, include=include, exclude=exclude), data, metadata)
    for mime, name in METHODS.items():
        if mime in data or not _wanted(mime, include, exclude):
            continue
        method = _method(value, name)
        result = _attempt(method) if method is not None else None
        if result is None:
            continue
        if isinstance(result, tuple) and len(result) == 2:
            result, metadata[mime] = result
        data[mime] = encoded(result)
    if "text/plain" not in data and _wanted("text/plain", include, exclude):
        data = {"text/plain": _plain_text(value), **data}
    return data, metadata


def encoded(content: Any) -> Any:
    """Bytes as base64, anything else as it is."""
    if isinstance(content, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(content)).decode("ascii")
    return content


def _plain_text(value: object) -> str:
    from .pretty import pretty  # late, to keep it out of the kernel's start

    try:
        return pretty(value)
    except Exception as error:  # noqa: BLE001 - a broken repr must not lose the other formats
        _report(error)
        return f"<{type(value).__module__}.{type(value).__qualname__} object at {id(value):#x}>"


def _method(value: object, name: str) -> Any:
    if isinstance(value, type):
        return None
    try:
        if getattr(value, CANARY, None) is not None:
            return None
        method = getattr(value, name, None)
    except Exception:  # noqa: BLE001 - attribute access may run any code
        return None
    return method if callable(method) else None


def _attempt(method: Any, **arguments: object) -> Any:
    try:
        return method(**arguments)
    except NotImplementedError:
        return None
    except Exception as error:  # noqa: BLE001 - any error of the user's method is reported and passed over
        _report(error)
        return None


def _report(error: BaseException) -> None:
    from .tracebacks import format_error

    sys.stderr.write("\n".join(format_error(error)) + "\n")


def _split(result: Any, data: dict, metadata: dict) -> None:
    if isinstance(result, tuple) and len(result) == 2:
        result, extra = result
        metadata.update(extra or {})
    if isinstance(result, dict):
        data.update({mime: encoded(content) for mime, content in result.items()})


def _wanted(mime: str, include: Any, exclude: Any) -> bool:
    return (include is None or mime in include) and (exclude is None or mime not in exclude)
