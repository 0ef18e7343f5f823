"""Running the source of one cell.

A cell is parsed once, its statements run in the notebook's namespace, and the
value of a last expression goes to `sys.displayhook` unless the cell ends with
`;`. `await` is allowed at top level. Nothing is published here, and errors are
raised to the caller. Read next: sources.py, displayhook.py, kernel.py.
"""

import __future__
import ast
import inspect
import sys
import textwrap
import tokenize
from io import StringIO
from types import CodeType

from . import magics
from .waiting import Waits

_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


class Executor:
    """Compiles and runs cells in one namespace."""

    def __init__(self, namespace: dict, waits: Waits) -> None:
        self.namespace = namespace
        self._waits = waits
        self._flags = 0

    async def run(self, source: str, filename: str) -> None:
        """Runs a cell and displays the value of its last expression."""
        statements, last = self._compiled(source, filename)
        if statements is not None:
            await self._evaluated(statements)
        if last is not None:
            value = await self._evaluated(last)
            if not ends_quietly(source):
                sys.displayhook(value)

    def value(self, source: str, filename: str) -> object:
        """The value of one expression."""
        return eval(self._code(source, filename, "eval"), self.namespace)

    def _compiled(self, source: str, filename: str) -> tuple[CodeType | None, CodeType | None]:
        tree = self._parsed(source, filename)
        last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        statements = self._code(tree, filename, "exec") if tree.body else None
        expression = None if last is None else self._code(ast.Expression(last), filename, "eval")
        return statements, expression

    def _parsed(self, source: str, filename: str) -> ast.Module:
        try:
            return self._code(source, filename, "exec", ast.PyCF_ONLY_AST)
        except SyntaxError as error:
            if isinstance(error, IndentationError) and error.lineno is not None:
                # A cell pasted from inside a block is indented as a whole.
                try:
                    return self._code(textwrap.dedent(source), filename, "exec", ast.PyCF_ONLY_AST)
                except SyntaxError:
                    pass
            command = magics.unsupported(source, error.lineno)
            if command is not None:
                raise command from None
            raise

    def _code(self, source: object, filename: str, mode: str, extra: int = 0) -> "CodeType | ast.Module":
        flags = self._flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | extra
        code = compile(source, filename, mode, flags, dont_inherit=True)
        if isinstance(code, CodeType):
            # `from __future__ import …` holds for the cells that follow.
            self._flags |= code.co_flags & _FUTURE_FLAGS
        return code

    async def _evaluated(self, code: CodeType) -> object:
        value = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return await self._waits.coroutine(value)
        return value


def ends_quietly(source: str) -> bool:
    """Whether a cell's last token is a semicolon, which keeps its value from being shown."""
    if ";" not in source:
        return False
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT, tokenize.INDENT}
    last = ""
    try:
        for token in tokenize.generate_tokens(StringIO(source).readline):
            if token.type not in ignored:
                last = token.string
    except (tokenize.TokenError, SyntaxError):
        return False
    return last == ";"
