"""What happens to the value of a cell's last expression, and `In`, `Out`, `_`.

The value is published as the cell's result and remembered under the names that
notebook users expect. `_` is left alone when the program uses it for something
of its own. Read next: formatters.py.
"""

from .formatters import mime_bundle
from .messages import Publisher


class History:
    """The names by which a notebook's namespace refers to earlier cells."""

    def __init__(self, namespace: dict) -> None:
        self._namespace = namespace
        self.inputs: list[str] = [""]
        self.outputs: dict[int, object] = {}
        self._results: list[object] = ["", "", ""]
        namespace.update({"In": self.inputs, "Out": self.outputs, "_ih": self.inputs, "_oh": self.outputs})
        namespace.update({"_": "", "__": "", "___": "", "_i": "", "_ii": "", "_iii": ""})

    def remember_input(self, source: str, execution_count: int) -> None:
        """Keeps the source of the cell that is about to run."""
        while len(self.inputs) < execution_count:
            self.inputs.append("")
        del self.inputs[execution_count:]
        self.inputs.append(source)
        names = self._namespace
        names["_iii"], names["_ii"] = names.get("_ii", ""), names.get("_i", "")
        names["_i"] = self.inputs[-2]
        names[f"_i{execution_count}"] = source

    def remember_result(self, value: object, execution_count: int) -> None:
        """Keeps the value of a cell."""
        if value is self.outputs:
            return
        names = self._namespace
        if names.get("_") is self._results[0]:
            self._results = [value, *self._results[:2]]
            names["_"], names["__"], names["___"] = self._results
        self.outputs[execution_count] = value
        names[f"_{execution_count}"] = value


class DisplayHook:
    """Callable that stands as `sys.displayhook`."""

    def __init__(self, publisher: Publisher, history: History) -> None:
        self._publisher = publisher
        self._history = history
        self.execution_count = 0

    def __call__(self, value: object) -> None:
        """Shows a value as the cell's result; None is no result."""
        if value is None:
            return
        data, metadata = self._bundle(value)
        self._history.remember_result(value, self.execution_count)
        content = {"execution_count": self.execution_count, "data": data, "metadata": metadata}
        if data:
            self._publisher.broadcast("execute_result", content)

    def _bundle(self, value: object) -> tuple[dict, dict]:
        method = getattr(type(value), "_ipython_display_", None)
        if callable(method) and not isinstance(value, type):
            method(value)
            return {}, {}
        return mime_bundle(value)
