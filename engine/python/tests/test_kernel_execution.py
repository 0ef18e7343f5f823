"""What running a cell sends back, under plain CPython."""

import asyncio
import inspect
import json
import unittest

from kernel_case import KernelCase
from kernel_host import request

from carrel_kernel.host import INTERRUPTED
from carrel_kernel.waiting import Waits


class Results(KernelCase):
    def test_a_run_is_busy_input_result_reply_idle(self):
        run = self.run_cell("1 + 1")
        self.assertEqual(run.kinds, ["status", "execute_input", "execute_result", "execute_reply", "status"])
        states = [m["content"]["execution_state"] for m in run.messages if m["header"]["msg_type"] == "status"]
        self.assertEqual(states, ["busy", "idle"])
        self.assertEqual(run.result, "2")
        self.assertTrue(all(m["parent_header"]["msg_id"] == "request-1" for m in run.messages))

    def test_only_the_last_expression_shows(self):
        self.assert_result("1\n2\n3", "3")
        self.assertIsNone(self.run_cell("x = 5").result)
        self.assertIsNone(self.run_cell("None").result)
        self.assertIsNone(self.run_cell("for i in range(3): i").result)
        self.assertIsNone(self.run_cell("").result)
        self.assertIsNone(self.run_cell("# nothing").result)

    def test_a_semicolon_keeps_the_value_silent(self):
        self.assertIsNone(self.run_cell("5;").result)
        self.assertIsNone(self.run_cell("5;  # really").result)
        self.assert_result("'a;'", "'a;'")
        self.assert_result("1; 2", "2")

    def test_history_names(self):
        self.run_cell("'first'")
        self.run_cell("'second'")
        self.assert_result("_, __, _1, Out[2]", "('second', 'first', 'first', 'second')")
        self.assert_result("In[1], _ii, _i", "(\"'first'\", \"'second'\", '_, __, _1, Out[2]')")

    def test_an_own_underscore_is_left_alone(self):
        self.run_cell("_ = 'mine'")
        self.run_cell("1")
        self.assert_result("_", "'mine'")

    def test_silent_runs_leave_no_trace(self):
        run = self.run_cell("x = 1\nx", silent=True)
        self.assertEqual(run.reply["execution_count"], 0)
        self.assertNotIn("execute_input", run.kinds)
        self.assert_result("In", "['', 'In']")

    def test_awaits_at_top_level(self):
        self.assert_result("import asyncio\nx = await asyncio.sleep(0, 5)\nx", "5")
        self.assert_result("await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2))", "[1, 2]")
        self.run_cell("async def f(): raise ValueError('x')")
        self.assertEqual(self.run_cell("await f()").error["ename"], "ValueError")

    def test_future_imports_last(self):
        self.run_cell("from __future__ import annotations")
        self.assert_result("def f(a: nothing): pass\nf.__annotations__", "{'a': 'nothing'}")

    def test_prints_come_between_the_messages(self):
        run = self.run_cell("import sys\nprint('a')\ndisplay(1)\nprint('b', file=sys.stderr)\n2")
        order = ["status", "execute_input", "stdout", "display_data", "stderr", "execute_result", "execute_reply", "status"]
        self.assertEqual(run.kinds, order)

    def test_an_indented_cell_runs(self):
        self.assert_result("    x = 1\n    x", "1")

    def test_user_expressions(self):
        reply = self.run_cell("x = 3", user_expressions={"good": "x", "bad": "y"}).reply
        self.assertEqual(reply["user_expressions"]["good"]["data"], {"text/plain": "3"})
        self.assertEqual(reply["user_expressions"]["bad"]["ename"], "NameError")

    def test_nothing_unusual_breaks_the_messages(self):
        run = self.run_cell("display({'application/json': float('nan')}, raw=True)\n'\\ud800'")
        self.assertEqual(run.contents["display_data"]["data"], {"application/json": None})
        self.assertEqual(run.result, "'\\ud800'")


class Errors(KernelCase):
    def test_stop_counts_only_while_a_cell_runs(self):
        self.kernel.namespace["host"] = self.host
        self.assert_result("host.interruptible", "True")
        self.assertFalse(self.host.interruptible)

    def test_a_failed_cell_aborts_those_queued_behind_it(self):
        self.host.queued = [request("execute_request", {"code": "x = 1"}, 2), request("kernel_info_request", {}, 3)]
        messages = self.send("execute_request", {"code": "1 / 0"})
        replies = {m["parent_header"]["msg_id"]: m["content"]["status"] for m in messages if m.get("channel") == "shell"}
        self.assertEqual(replies, {"request-1": "error", "request-2": "aborted", "request-3": "ok"})
        self.assertNotIn("x", self.kernel.namespace)

    def test_without_stop_on_error_the_queue_stays(self):
        self.host.queued = [request("execute_request", {"code": "x = 1"}, 2)]
        self.run_cell("1 / 0", stop_on_error=False)
        self.assertEqual(len(self.host.queued), 1)

    def test_interrupted_waits_raise(self):
        self.host.stop_sleeps = True
        self.assertEqual(self.run_cell("import time\ntime.sleep(3)").error["ename"], "KeyboardInterrupt")
        self.assertEqual(self.run_cell("input()").error["ename"], "KeyboardInterrupt")

    def test_what_is_not_kept_is_said_in_the_cell(self):
        self.host.storing = ""
        self.assertEqual(self.run_cell("1 + 1").printed("stderr"), "")
        self.host.storing = "Not kept: big\n"
        self.assertEqual(self.run_cell("1 + 1").printed("stderr"), "Not kept: big\n")

    def test_stop_ends_the_wait_for_files_and_not_the_cell(self):
        self.host.storing = INTERRUPTED
        self.assert_result("2 + 2", "4")
        self.assertFalse(self.host.interruptible)

    def test_stop_cancels_a_top_level_await(self):
        self.host.loop.call_later(0.01, self.host.interrupt_wait)
        self.assertEqual(self.run_cell("import asyncio\nawait asyncio.sleep(30)").error["ename"], "KeyboardInterrupt")
        self.assertEqual(self.host.waits, [])

    def test_every_stop_reaches_an_await_that_catches_it(self):
        pressed = []

        def press():
            pressed.extend([True] if self.host.interrupt_wait() else [])
            if len(pressed) < 2:
                self.host.loop.call_later(0.01, press)

        press()
        code = "import asyncio\ntry:\n    await asyncio.sleep(30)\nexcept asyncio.CancelledError:\n    await asyncio.sleep(30)"
        self.assertEqual(self.run_cell(code).error["ename"], "KeyboardInterrupt")
        self.assertEqual(self.host.waits, [])

    def test_a_task_that_is_left_is_cancelled(self):
        def interrupt(_promise):
            raise KeyboardInterrupt

        left = asyncio.sleep(30)
        with self.assertRaises(KeyboardInterrupt):
            Waits(self.host, interrupt).promise(self.host.loop.create_task(left))
        self.host.loop.run_until_complete(asyncio.sleep(0))
        self.assertEqual((inspect.getcoroutinestate(left), self.host.waits), (inspect.CORO_CLOSED, []))

    def test_exit_is_an_error_and_not_the_end(self):
        self.assertEqual(self.run_cell("import sys\nsys.exit(3)").error["ename"], "SystemExit")
        self.assert_result("1", "1")

    def test_magics_that_do_not_exist_say_so(self):
        run = self.run_cell("%nothing_of_this_name")
        self.assertEqual((run.reply["status"], run.reply["ename"]), ("error", "UsageError"))
        self.assertIn("Line magic function `%nothing_of_this_name` not found", run.printed("stderr"))
        self.assertEqual(self.run_cell("x = 5 % ").error["ename"], "SyntaxError")


class Questions(KernelCase):
    def test_input_and_getpass(self):
        self.host.answers = ["Ada", "secret"]
        run = self.run_cell("import getpass\nname = input('name: ')\nname, getpass.getpass()")
        self.assertEqual(run.result, "('Ada', 'secret')")
        asked = [m["content"] for m in run.messages if m.get("channel") == "stdin"]
        self.assertEqual(asked, [{"prompt": "name: ", "password": False}, {"prompt": "Password: ", "password": True}])

    def test_input_may_be_forbidden(self):
        self.assertEqual(self.run_cell("input()", allow_stdin=False).error["ename"], "StdinNotImplementedError")

    def test_sleep_checks_its_argument(self):
        self.run_cell("import time\ntime.sleep(0.25)")
        self.assertEqual(self.host.slept_ms, 250)
        self.assertEqual(self.run_cell("time.sleep('1')").error["ename"], "TypeError")
        self.assertEqual(self.run_cell("time.sleep(-1)").error["ename"], "ValueError")

class OtherRequests(KernelCase):
    def test_kernel_info(self):
        reply = self.reply("kernel_info_request", {})
        self.assertEqual((reply["status"], reply["language_info"]["name"]), ("ok", "python"))

    def test_completion(self):
        self.run_cell("import math\nvalue_one = 1")
        self.assertEqual(self.reply("complete_request", {"code": "x = math.co", "cursor_pos": 11})["matches"][0], "comb")
        reply = self.reply("complete_request", {"code": "val", "cursor_pos": 3})
        self.assertEqual((reply["matches"], reply["cursor_start"]), (["value_one", "ValueError"], 0))
        self.assertEqual(self.reply("complete_request", {"code": "nothing.", "cursor_pos": 8})["matches"], [])

    def test_help(self):
        reply = self.reply("inspect_request", {"code": "len(", "cursor_pos": 4})
        self.assertIn("Return the number of items", reply["data"]["text/plain"])
        self.assertFalse(self.reply("inspect_request", {"code": "nothing", "cursor_pos": 7})["found"])

    def test_completeness(self):
        for code, status in {"x = 1": "complete", "for i in x:": "incomplete", "x = =": "invalid"}.items():
            self.assertEqual(self.reply("is_complete_request", {"code": code})["status"], status)

    def test_comms_and_requests_that_nobody_knows_are_survived(self):
        kinds = [message["header"]["msg_type"] for message in self.send("comm_msg", {"comm_id": "1", "data": {}})]
        self.assertEqual(kinds, ["status", "status"])
        kinds = [message["header"]["msg_type"] for message in self.send("strange_request", {})]
        self.assertEqual(kinds, ["status", "status"])
        self.assertEqual(self.reply("comm_info_request", {})["comms"], {})

    def test_messages_are_json_with_unique_ids(self):
        messages = self.send("kernel_info_request", {}) + self.send("kernel_info_request", {})
        ids = [message["header"]["msg_id"] for message in messages]
        self.assertEqual(len(set(ids)), len(ids))
        self.assertEqual(json.loads(self.host.parent)["msg_id"], "request-1")


if __name__ == "__main__":
    unittest.main()
