"""What help says about a value or a function: kind, signature, facts such as shape and type, documentation.

Nothing of the user's is run: defaults are shown where they are plain values,
facts are read where the class comes from a known library. Read next: assist.py.
"""

import inspect
from typing import Any

from . import assist_live as live

MAX_DOC = 20_000
"""Longer documentation is cut; nobody reads it in a tooltip."""

MAX_PREVIEW = 120
"""Longest value that is shown."""

_PLAIN = (int, float, complex, bool, str, bytes, type(None))


def value(name: str, found: Any) -> dict:
    """The description of a value, or of an instance of which only the class is known."""
    if isinstance(found, live.Instance):
        return _described(name, "instance", facts=[["Type", _type_name(found.cls)]], doc=_doc(found.cls))
    kind = live.kind_of(found)
    if kind in ("function", "class") or kind == "instance" and callable(found) and not live.is_trusted(type(found)):
        return function(name, found, kind)
    if kind == "module":
        return _described(name, kind, doc=_doc(found))
    return _described(name, kind, facts=_facts(found), doc=_doc(type(found)))


def function(name: str, found: Any, kind: str = "function") -> dict:
    """The description of something that is called."""
    signature = None
    try:
        signature = inspect.signature(found)
    except Exception:  # noqa: BLE001 - many have none, and `__signature__` is anybody's code
        pass
    doc = _doc(found)
    if signature is None:
        return _described(name, kind, doc=doc)
    parameters = [parameter_text(parameter) for parameter in signature.parameters.values()]
    returns = "" if signature.return_annotation is signature.empty else _annotation(signature.return_annotation)
    described = _described(name, kind, doc=doc)
    return {**described, "parameters": _with_marks(parameters, signature), "returns": returns, "callable": True}


def parameters_of(found: Any) -> list[inspect.Parameter]:
    """The parameters of something callable; none where they cannot be known."""
    if isinstance(found, live.Instance):
        return []
    try:
        return list(inspect.signature(found).parameters.values())
    except Exception:  # noqa: BLE001 - many have none, and `__signature__` is anybody's code
        return []


def _with_marks(parameters: list[str], signature: inspect.Signature) -> list[dict]:
    """Parameters with the marks `/` and `*` between them."""
    shown: list[dict] = []
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    for index, (text, name) in enumerate(zip(parameters, signature.parameters, strict=True)):
        kind = kinds[index]
        before = kinds[index - 1] if index else None
        if before == inspect.Parameter.POSITIONAL_ONLY != kind:
            shown.append({"text": "/", "name": ""})
        if kind == inspect.Parameter.KEYWORD_ONLY and before not in (kind, inspect.Parameter.VAR_POSITIONAL):
            shown.append({"text": "*", "name": ""})
        shown.append({"text": text, "name": name, "kind": kind.name})
    if kinds and kinds[-1] == inspect.Parameter.POSITIONAL_ONLY:
        shown.append({"text": "/", "name": ""})
    return shown


def parameter_text(parameter: inspect.Parameter) -> str:
    """A parameter as it is written in a signature."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    text = stars + parameter.name
    has_note = parameter.annotation is not parameter.empty
    if has_note:
        text += f": {_annotation(parameter.annotation)}"
    if parameter.default is not parameter.empty:
        text += (" = " if has_note else "=") + preview(parameter.default)
    return text


def _annotation(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type):
        return annotation.__name__ if annotation.__module__ in ("builtins", "__main__") else _type_name(annotation)
    if live.is_trusted(type(annotation)):
        return inspect.formatannotation(annotation)
    return "…"


def preview(found: Any) -> str:
    """A short text of a plain value; an ellipsis for anything whose repr might be somebody's code."""
    if type(found) in _PLAIN:
        text = repr(found if not isinstance(found, (str, bytes)) else found[: MAX_PREVIEW + 1])
    elif type(found) in (list, tuple, dict, set) and len(found) <= 4 and all(type(item) in _PLAIN for item in found):
        text = repr(found)
    elif isinstance(found, type) or inspect.isroutine(found):
        text = str(getattr(found, "__name__", "…"))
    elif live.is_trusted(type(found)) and type(found).__module__.partition(".")[0] == "torch" and not hasattr(found, "shape"):
        text = repr(found)
    else:
        text = "…"
    return text if len(text) <= MAX_PREVIEW else f"{text[:MAX_PREVIEW]}…"


def _facts(found: Any) -> list[list[str]]:
    facts = [["Type", _type_name(type(found))]]
    if live.is_trusted(type(found)):
        for label, field in (("Shape", "shape"), ("Dtype", "dtype"), ("Device", "device"), ("Requires grad", "requires_grad")):
            try:
                fact = getattr(found, field, None)
            except Exception:  # noqa: BLE001 - then there is no such fact
                continue
            if fact is not None and not callable(fact) and (field != "requires_grad" or fact is True):
                facts.append([label, str(tuple(fact) if field == "shape" else fact)])
    if len(facts) == 1 and isinstance(found, (list, tuple, dict, set, frozenset, str, bytes)):
        facts.append(["Length", str(len(found))])
    text = preview(found)
    if len(facts) <= 2 and text != "…":
        facts.append(["Value", text])
    return facts


def _type_name(cls: type) -> str:
    module, name = getattr(cls, "__module__", ""), getattr(cls, "__qualname__", str(cls))
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


def _doc(found: Any) -> str:
    try:
        doc = inspect.getdoc(found)
        if isinstance(found, type):
            init = inspect.getdoc(found.__init__)
            if init and init != inspect.getdoc(object.__init__) and init != doc:
                doc = f"{doc}\n\n{init}" if doc else init
    except Exception:  # noqa: BLE001 - `__doc__` may be a property
        return ""
    return doc[:MAX_DOC] if isinstance(doc, str) else ""


def _described(name: str, kind: str, facts: list[list[str]] | None = None, doc: str = "") -> dict:
    return {"name": name, "kind": kind, "facts": facts or [], "doc": doc, "parameters": [], "returns": "", "callable": False}


def by_jedi(name: Any) -> dict:
    """The description of a name that jedi found."""
    doc = name.docstring(raw=True)
    described = _described(name.full_name or name.name, "instance" if name.type == "statement" else name.type, doc=doc[:MAX_DOC])
    signatures = name.get_signatures() if name.type in ("function", "class", "instance") else []
    return {**described, **signature_by_jedi(signatures[0])} if signatures and name.type != "instance" else described


def signature_by_jedi(signature: Any) -> dict:
    """The parameters of a call that jedi found."""
    parameters = [
        {"text": item.to_string(), "name": item.name, "kind": item.kind.name} for item in signature.params
    ]
    return {"parameters": parameters, "returns": "", "callable": True}


def as_text(described: dict) -> str:
    """The description for clients that show plain text."""
    parts = []
    if described["callable"]:
        parts.append(f"Signature: {signature_text(described)}")
    parts += [f"{label}: {text}" for label, text in described["facts"]]
    if described["doc"]:
        parts.append(f"Docstring:\n{described['doc']}")
    return "\n".join(parts) or described["name"]


def signature_text(described: dict) -> str:
    """`name(parameters) -> returns`."""
    inner = ", ".join(parameter["text"] for parameter in described["parameters"])
    return f"{described['name']}({inner})" + (f" -> {described['returns']}" if described["returns"] else "")
