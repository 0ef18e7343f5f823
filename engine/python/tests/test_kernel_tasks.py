"""Tasks and context variables: to which request output belongs, and what a cell leaves to the next."""

import json
import unittest

from kernel_case import KernelCase
from kernel_host import request


class TaskTest(KernelCase):
    """Context variables, and what tasks print after their cell has ended."""

    def test_a_context_variable_set_in_a_cell_is_there_in_the_next(self):
        self.run_cell("import contextvars\nv = contextvars.ContextVar('v', default=0)\nv.set(7)")
        self.assert_result("v.get()", "7")
        self.run_cell("import asyncio\nawait asyncio.sleep(0)\nv.set(8)\nnone = v.set(9)")
        self.assert_result("v.get()", "9")

    def test_every_request_of_javascript_comes_in_a_context_of_its_own(self):
        import contextvars

        def send(code):
            contextvars.Context().run(self.kernel.handle, request("execute_request", {"code": code}))

        send("import contextvars\nv = contextvars.ContextVar('v', default=0)\nnone = v.set(7)")
        send("import sys\nseen = v.get()")
        self.assertEqual(self.kernel.namespace["seen"], 7)

    def test_what_a_task_prints_and_shows_belongs_to_its_cell(self):
        later = "async def later():\n    await asyncio.sleep(0)\n    print('late')\n    display('shown')\n"
        start = f"import asyncio\nfrom IPython.display import display\n{later}task = asyncio.get_event_loop().create_task(later())"
        self.kernel.handle(request("execute_request", {"code": start}, 1))
        printed = []
        self.host.stream = lambda name, text: printed.append((text.strip(), json.loads(self.host.parent)["msg_id"]))
        start = len(self.host.sent)
        self.kernel.handle(request("execute_request", {"code": "for _ in range(3): await asyncio.sleep(0)\nprint('own')"}, 2))
        self.assertEqual([item for item in printed if item[0]], [("late", "request-1"), ("own", "request-2")])
        shown = [message for message in self.host.sent[start:] if message["header"]["msg_type"] == "display_data"]
        self.assertEqual([message["parent_header"]["msg_id"] for message in shown], ["request-1"])


if __name__ == "__main__":
    unittest.main()
