"""`Compare`: measurements side by side, a table for each label.

Rows are sub-labels (and threads), columns are descriptions. Read next: `measurement`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .measurement import Measurement, select_unit, trim_sigfig, unit_to_english


class Compare:
    """A table of measurements. Source: https://docs.pytorch.org/docs/stable/benchmark_utils.html#torch.utils.benchmark.Compare"""

    def __init__(self, results):
        self._results = []
        self.extend_results(results)
        self._trims = self._highlights = self._colors = False

    def extend_results(self, results):
        """Adds measurements. Raises ValueError for anything else."""
        for one in results:
            if not isinstance(one, Measurement):
                raise ValueError(f"Expected an instance of `Measurement`, got {type(one)} instead.")
        self._results.extend(results)

    def trim_significant_figures(self):
        """Shows only digits that the spread of times leaves meaningful."""
        self._trims = True

    def colorize(self, rowwise=False):
        """Accepted: tables stay without colours."""
        self._colors = True

    def highlight_warnings(self):
        """Marks measurements whose times are far apart."""
        self._highlights = True

    def print(self):
        """Prints the tables."""
        print(str(self))

    def __str__(self):
        return "\n".join(self._tables())

    def _tables(self):
        merged = Measurement.merge(self._results)
        labels = dict.fromkeys(one.task_spec.label for one in merged)
        return [self._table(label, [one for one in merged if one.task_spec.label == label]) for label in labels]

    def _table(self, label, results):
        unit, scale = select_unit(min(one.median for one in results))
        columns = list(dict.fromkeys(one.task_spec.description for one in results))
        threads = list(dict.fromkeys(one.task_spec.num_threads for one in results))
        rows = list(dict.fromkeys(one.as_row_name for one in results))
        cells = {(one.task_spec.num_threads, one.as_row_name, one.task_spec.description): one for one in results}
        texts = {place: self._cell(one, scale) for place, one in cells.items()}
        name_width = max(len(name) for name in rows) + 6
        widths = [max(len(column or ""), *(len(text) for place, text in texts.items() if place[2] == column)) + 2 for column in columns]
        bars = [f"{column or '':^{width}}" for column, width in zip(columns, widths)]
        head = " " * name_width + "  |" + "|".join(bars)
        rule = "-" * len(head)
        title = f" {label or ''} "
        lines = [f"[{title:-^{max(len(head) - 2, len(title))}}]", head]
        for count in threads:
            shown = f"{count} threads: "
            lines.append(shown + "-" * max(len(rule) - len(shown), 0))
            for name in rows:
                if any((count, name, column) in texts for column in columns):
                    row = [f"{texts.get((count, name, column), ''):^{width}}" for column, width in zip(columns, widths)]
                    lines.append(f"      {name:<{name_width - 6}}  |" + "|".join(row))
        lines += ["", f"Times are in {unit_to_english(unit)}s ({unit})."]
        if self._highlights and any(one.has_warnings for one in results):
            lines.append("(!) The interquartile range is large: treat with caution.")
        return "\n".join(lines) + "\n"

    def _cell(self, one, scale):
        number = one.median / scale
        if self._trims:
            number = trim_sigfig(number, one.significant_figures)
        mark = " (!)" if self._highlights and one.has_warnings else ""
        return f"{number:.1f}" + mark
