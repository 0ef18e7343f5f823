"""Runs a notebook's cells with Jupyter's own kernel and prints the notebook with its outputs.

    python real_kernel.py NOTEBOOK ANSWER...

Errors do not end the run, and `input()` gets the answers one by one: the same
as what the browser's test does in the page.
"""

import asyncio
import sys

import nbformat
from nbclient import NotebookClient


class AnsweringClient(NotebookClient):
    """Jupyter's client for whole notebooks, which knows what to answer."""

    def __init__(self, *arguments, answers, **options):
        super().__init__(*arguments, **options)
        self._answers = list(answers)

    async def async_execute_cell(self, *arguments, **options):
        self.kc.allow_stdin = True
        answering = asyncio.create_task(self._answer())
        try:
            return await super().async_execute_cell(*arguments, **options)
        finally:
            answering.cancel()

    async def _answer(self):
        while True:
            await self.kc.get_stdin_msg()
            self.kc.input(self._answers.pop(0))


def main():
    path, *answers = sys.argv[1:]
    notebook = nbformat.read(path, as_version=4)
    client = AnsweringClient(notebook, answers=answers, allow_errors=True, timeout=120, kernel_name="python3")
    asyncio.run(client.async_execute())
    print(nbformat.writes(notebook))


if __name__ == "__main__":
    main()
