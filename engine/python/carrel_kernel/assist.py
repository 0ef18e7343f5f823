"""Completion and help: the contents of `complete_reply` and `inspect_reply`.

Live objects answer first, because they are quick and right; jedi answers where
code has not run yet. Nothing of the user's is called, everything has a time
limit, and nothing is remembered. Beyond Jupyter's fields a request may say
`above` (the text of the cells above) and, for help, `about: "call"` (the call
that the caret is in, instead of the name at it).
Read next: assist_context.py, assist_live.py, assist_describe.py, assist_jedi.py.
"""

import builtins
import importlib.machinery
import keyword
import os
import pkgutil
import re
import sys

from . import assist_describe as describe
from . import assist_jedi, assist_live
from .assist_context import Surroundings, expression_before, surroundings
from .assist_limit import within

COMPLETE_SECONDS = 1.0
"""Longest that live objects, and after them jedi, may take; typical are a few and a hundred milliseconds."""

HELP_SECONDS = 1.0
"""The same for help."""

MAX_KEYS = 500
"""Longest list of keys or files that is offered."""

_ARGUMENT_KINDS = ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
Found = list[tuple[str, str]]


def complete(content: dict, namespace: dict) -> dict:
    """The content of a `complete_reply`."""
    code, cursor = _place(content)
    place = surroundings(code, cursor)
    start, found = cursor - len(place.prefix), []
    live = within(COMPLETE_SECONDS, lambda: _live(place, namespace), (start, []))
    if live is not None:
        start, found = live
    elif assist_jedi.available():
        assist_jedi.warm()
        above = str(content.get("above", ""))
        script = lambda: assist_jedi.Script(above, code, cursor, namespace).complete()  # noqa: E731
        found = within(COMPLETE_SECONDS, lambda: _quietly(script, []), [])
    return _reply(code, start, cursor, found)


def _live(place: Surroundings, namespace: dict) -> tuple[int, Found] | None:
    """Where the completions from live objects begin, and what they are; None where jedi is to be asked."""
    cursor, start = place.cursor, place.cursor - len(place.prefix)
    if place.in_comment:
        return start, []
    key = place.key()
    if key is not None:
        found = _keys(key[0], key[1], place, namespace)
        if found is not None:
            return found
    if place.string_start is not None:
        text = place.code[place.string_start : cursor]
        return cursor - len(text.rpartition("/")[2]), _files(text)
    imported = place.imported()
    if imported is not None:
        return cursor - len(imported[1].rpartition(".")[2]), _modules(*imported)
    owner = place.owner()
    if owner is not None:
        try:
            return start, assist_live.attributes(assist_live.evaluate(owner, namespace))
        except assist_live.Unknown:
            return None
    if not place.prefix and not place.call():
        return start, []
    arguments = _arguments(place, namespace)
    names = [(name, assist_live.kind_of(value)) for name, value in list(namespace.items()) if isinstance(name, str)]
    names += [(name, assist_live.kind_of(value)) for name, value in vars(builtins).items()]
    names += [(name, "keyword") for name in keyword.kwlist]
    return start, arguments + names


def _keys(owner: str, text: str, place: Surroundings, namespace: dict) -> tuple[int, Found] | None:
    """The keys that `owner[` may get; None where the owner has none that are known."""
    try:
        found = assist_live.keys(assist_live.evaluate(owner, namespace))
    except assist_live.Unknown:
        return None
    if not found:
        return None
    if place.string_start is not None:
        start = place.string_start
        texts = [key for key in found if isinstance(key, str)]
        return start, [(key, "key") for key in texts[:MAX_KEYS]]
    plain = [key for key in found if type(key) in (str, int, float, bool)]
    return place.cursor - len(text), [(repr(key), "key") for key in plain[:MAX_KEYS]]


def _files(text: str) -> Found:
    """Files and folders that go on where a path in a string ends."""
    folder, _slash, _begun = text.rpartition("/")
    if "\n" in text or "://" in text:
        return []
    try:
        with os.scandir(os.path.expanduser(folder) or ("/" if text.startswith("/") else ".")) as entries:
            found = [(entry.name + ("/" if entry.is_dir() else ""), "path") for entry in entries]
    except (OSError, ValueError):
        return []
    return sorted(found)[:MAX_KEYS]


def _modules(source: str, text: str) -> Found:
    """Modules below the one that is written so far, or what a module has to be imported."""
    if source:
        module = sys.modules.get(source)
        found = [] if module is None else assist_live.attributes(module)
        return found + [(name, "module") for name in _below(source) if name not in dict(found)]
    return [(name, "module") for name in _below(text.rpartition(".")[0])]


def _below(package: str) -> list[str]:
    """The names of modules in a package, or of all top-level ones; looks at files and imports nothing."""
    if not package:
        names = {module.name for module in pkgutil.iter_modules()} | set(sys.builtin_module_names) | set(sys.stdlib_module_names)
        return sorted(name for name in names if not name.startswith("_"))
    path = None
    for part in package.split("."):
        loaded = sys.modules.get(package)
        if loaded is not None:
            path = getattr(loaded, "__path__", None)
            break
        spec = importlib.machinery.PathFinder.find_spec(part, path)
        path = None if spec is None else spec.submodule_search_locations
        if path is None:
            return []
    return [module.name for module in pkgutil.iter_modules(path)] if path else []


def _arguments(place: Surroundings, namespace: dict) -> Found:
    """The parameters that the call around the caret may be given by name."""
    call = place.call()
    if call is None or place.code[call.parts[-1] : place.cursor - len(place.prefix)].strip():
        return []
    try:
        function = assist_live.evaluate(expression_before(place.code, call.start) or "", namespace)
    except assist_live.Unknown:
        return []
    given = set(re.findall(r"(\w+)\s*=(?!=)", place.code[call.start : place.cursor]))
    parameters = describe.parameters_of(function)
    return [(f"{item.name}=", "argument") for item in parameters if item.kind.name in _ARGUMENT_KINDS and item.name not in given]


def _reply(code: str, start: int, cursor: int, found: Found) -> dict:
    kinds: dict[str, str] = {}
    for name, kind in found:
        kinds.setdefault(name, kind)
    typed = code[start:cursor].lower()
    # The page ranks and filters loosely while one types on; other clients expect matches to begin with what was typed.
    names = sorted(kinds, key=lambda name: (not name.lower().startswith(typed), name.startswith("_"), name.lower()))
    types = [{"start": start, "end": cursor, "text": name, "type": kinds[name]} for name in names]
    return {
        "status": "ok",
        "matches": [name for name in names if name.lower().startswith(typed)],
        "cursor_start": start,
        "cursor_end": cursor,
        "metadata": {"_jupyter_types_experimental": types},
    }


def inspect_at(content: dict, namespace: dict) -> dict:
    """The content of an `inspect_reply`; what the page shows is in `metadata["carrel"]`."""
    code, cursor = _place(content)
    about_call = content.get("about") == "call"
    look = _call_help if about_call else _name_help
    above = str(content.get("above", ""))
    place = surroundings(code, cursor)
    found = within(HELP_SECONDS, lambda: look(place, above, namespace, False), None)
    if found is None and assist_jedi.available():
        assist_jedi.warm()
        found = within(HELP_SECONDS, lambda: look(place, above, namespace, True), None)
    if found is None:
        return {"status": "ok", "found": False, "data": {}, "metadata": {}}
    data = {"text/plain": describe.as_text(found)}
    return {"status": "ok", "found": True, "data": data, "metadata": {"carrel": found}}


def _name_help(place: Surroundings, above: str, namespace: dict, jedi: bool) -> dict | None:
    """Help about the name at the caret, or else about the call that it is in."""
    if place.in_comment or place.string_start is not None:
        return None
    code, end = place.code, place.cursor
    while end < len(code) and (code[end].isalnum() or code[end] == "_"):
        end += 1
    if end > 0 and code[end - 1] == "(" and place.cursor == end:
        end -= 1
    expression = expression_before(code, end) if end and (code[end - 1].isalnum() or code[end - 1] in "_") else None
    if expression is None:
        return _call_help(place, above, namespace, jedi)
    if keyword.iskeyword(expression):
        return None
    try:
        return describe.value(expression, assist_live.evaluate(expression, namespace))
    except assist_live.Unknown:
        pass
    if jedi:
        names = _quietly(lambda: assist_jedi.Script(above, code, end, namespace).names(), [])
        if names:
            return _quietly(lambda: {**describe.by_jedi(names[0]), "name": expression}, None)
    return None


def _call_help(place: Surroundings, above: str, namespace: dict, jedi: bool) -> dict | None:
    """Help about the call that the caret is in, with its current parameter."""
    call = place.call()
    if call is None:
        return None
    expression = expression_before(place.code, call.start) or ""
    found = None
    try:
        function = assist_live.evaluate(expression, namespace)
        if not isinstance(function, assist_live.Instance):
            found = describe.function(expression, function, assist_live.kind_of(function))
    except assist_live.Unknown:
        pass
    if found is None and jedi:
        signatures = _quietly(lambda: assist_jedi.Script(above, place.code, place.cursor, namespace).signatures(), [])
        if signatures:
            found = _quietly(lambda: {**describe.by_jedi(signatures[0]), **describe.signature_by_jedi(signatures[0])}, None)
            found = found and {**found, "name": expression}
    if found is None:
        return None
    return {**found, "active": _active(found["parameters"], place, call)}


def _active(parameters: list[dict], place: Surroundings, call) -> int:
    """Which parameter the caret is at; -1 for none."""
    current = place.code[call.parts[-1] : place.cursor]
    named = re.match(r"\s*(\w+)\s*=(?!=)", current)
    if named:
        return next((index for index, item in enumerate(parameters) if item["name"] == named[1]), -1)
    position = len(call.parts) - 1
    for index, item in enumerate(parameters):
        if item.get("kind") == "VAR_POSITIONAL":
            return index
        if item.get("kind") in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD"):
            if position == 0:
                return index
            position -= 1
    return next((index for index, item in enumerate(parameters) if item.get("kind") == "VAR_KEYWORD"), -1)


def _quietly(work, otherwise):
    """jedi meets code of every kind; what it cannot bear is no answer."""
    try:
        return work()
    except Exception:  # noqa: BLE001
        return otherwise


def _place(content: dict) -> tuple[str, int]:
    code = str(content.get("code", ""))
    cursor = content.get("cursor_pos", len(code))
    return code, max(0, min(int(cursor), len(code))) if isinstance(cursor, int) else len(code)
