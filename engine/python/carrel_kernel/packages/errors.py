"""Why packages could not be installed, in words that say what to do."""

RED, PLAIN = "\x1b[31m", "\x1b[0m"


class InstallError(Exception):
    """A package that cannot be installed, or a command line that makes no sense; nothing was changed."""

    def _render_traceback_(self) -> list[str]:
        """The message alone: there is no program whose frames would help."""
        return [f"{RED}ERROR{PLAIN}: {line}" for line in str(self).split("\n")]
