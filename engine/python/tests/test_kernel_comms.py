"""Comms, as ipywidgets and anywidget use them: messages both ways, buffers, and Output widgets."""

import base64
import sys

from kernel_case import KernelCase
from kernel_host import request


class CommCase(KernelCase):
    """A kernel whose comm messages can be looked at."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.close_widgets)

    def close_widgets(self):
        """Widgets end with the kernel that they were made in."""
        if "ipywidgets" in sys.modules:
            sys.modules["ipywidgets"].Widget.close_all()

    def of_type(self, msg_type):
        return [message for message in self.host.sent if message.get("header", {}).get("msg_type") == msg_type]

    def updates(self, name):
        """What a synced attribute was set to, in order."""
        states = (message["content"]["data"].get("state", {}) for message in self.of_type("comm_msg"))
        return [state[name] for state in states if name in state]

    def tell(self, comm_id, data, buffers=(), number=90):
        texts = [base64.b64encode(buffer).decode() for buffer in buffers]
        self.kernel.handle(request("comm_msg", {"comm_id": comm_id, "data": data, "buffers": texts}, number))


class CommTest(CommCase):
    """The package `comm`, without widgets."""

    def test_messages_and_buffers_both_ways(self):
        self.run_cell(
            "import comm\nfrom array import array\ngot = []\n"
            "c = comm.create_comm(target_name='t', data={'a': 1}, buffers=[array('f', [1.0])])\n"
            "c.on_msg(lambda message: got.append((message['content']['data'], bytes(message['buffers'][0]))))\n"
            "c.send({'b': float('nan')})"
        )
        opened = self.of_type("comm_open")[0]["content"]
        self.assertEqual((opened["target_name"], opened["data"]), ("t", {"a": 1}))
        self.assertEqual(base64.b64decode(opened["buffers"][0]), b"\x00\x00\x80?")
        self.assertEqual(self.of_type("comm_msg")[0]["content"]["data"], {"b": None})
        self.tell(opened["comm_id"], {"x": 2}, [b"ab"])
        self.assertEqual(self.kernel.namespace["got"], [({"x": 2}, b"ab")])

    def test_targets_and_info(self):
        self.run_cell(
            "import comm\nopened = []\n"
            "comm.get_comm_manager().register_target('mine', lambda c, message: opened.append(message['content']['data']))"
        )
        self.kernel.handle(request("comm_open", {"comm_id": "1", "target_name": "mine", "data": {"k": 3}}))
        self.assertEqual(self.kernel.namespace["opened"], [{"k": 3}])
        self.kernel.handle(request("comm_info_request", {"target_name": "mine"}))
        self.assertEqual(self.of_type("comm_info_reply")[-1]["content"]["comms"], {"1": {"target_name": "mine"}})
        self.kernel.handle(request("comm_info_request", {"target_name": "other"}))
        self.assertEqual(self.of_type("comm_info_reply")[-1]["content"]["comms"], {})

    def test_nonsense_is_passed_over(self):
        for content in ({}, {"comm_id": 3}, {"comm_id": "unknown", "data": {}}, {"comm_id": "1", "target_name": None}):
            for msg_type in ("comm_open", "comm_msg", "comm_close"):
                self.kernel.handle(request(msg_type, content))
        self.assertEqual(self.of_type("error"), [])


class WidgetTest(CommCase):
    """ipywidgets."""

    def test_a_slider_tells_of_itself_and_listens(self):
        self.run_cell("import ipywidgets\ns = ipywidgets.IntSlider(value=3)\nseen = []\ns.observe(lambda c: seen.append(c['new']), 'value')\ns")
        view = self.of_type("execute_result")[0]["content"]["data"]["application/vnd.jupyter.widget-view+json"]
        self.assertIn(view["model_id"], [message["content"]["comm_id"] for message in self.of_type("comm_open")])
        self.tell(view["model_id"], {"method": "update", "state": {"value": 7}, "buffer_paths": []})
        self.assertEqual(self.kernel.namespace["seen"], [7])

    def test_prints_and_errors_of_a_callback_belong_to_its_message(self):
        self.run_cell("import ipywidgets\nb = ipywidgets.Button()\ndef clicked(_):\n    print('hi')\n    1 / 0\nb.on_click(clicked)")
        self.tell(self.kernel.namespace["b"].model_id, {"method": "custom", "content": {"event": "click"}})
        self.assertIn({"stream": "stdout", "text": "hi\n"}, self.host.sent)
        self.assertEqual(self.of_type("error")[-1]["parent_header"]["msg_id"], "request-90")

    def test_output_captures_prints_displays_and_errors(self):
        self.run_cell(
            "import ipywidgets\nfrom IPython.display import display\no = ipywidgets.Output()\n"
            "with o:\n    print('a')\n    print('b')\n    display(5)\nprint('out')\n"
            "with o:\n    1 / 0"
        )
        outputs = self.kernel.namespace["o"].outputs
        self.assertEqual([output["output_type"] for output in outputs], ["stream", "display_data", "error"])
        self.assertEqual(outputs[0]["text"], "a\nb\n")
        self.assertEqual(outputs[2]["ename"], "ZeroDivisionError")
        self.assertEqual([sent["text"] for sent in self.host.sent if "stream" in sent], ["out\n"])
        self.assertEqual(self.of_type("error"), [])

    def test_interact_replaces_what_its_function_showed(self):
        self.run_cell("import ipywidgets\ndef f(x):\n    print('x is', x)\n    return x * 2\nw = ipywidgets.interact(f, x=4).widget\nw.update()")
        slider, output = (self.kernel.namespace["w"].children[i] for i in (0, -1))
        self.assertEqual(output.outputs[0]["text"], "x is 4\n")
        self.tell(slider.model_id, {"method": "update", "state": {"value": 6}, "buffer_paths": []})
        self.assertEqual(output.outputs[0]["text"], "x is 6\n")
        self.assertEqual(output.outputs[1]["data"]["text/plain"], "12")
        self.assertEqual(len(output.outputs), 2)

    def test_progress_is_told_at_once(self):
        self.run_cell("import ipywidgets\np = ipywidgets.IntProgress()\nfor i in range(1, 4):\n    p.value = i")
        self.assertEqual(self.updates("value"), [1, 2, 3])

    def test_anywidget_carries_its_module(self):
        self.run_cell(
            "import anywidget, traitlets\nclass Counter(anywidget.AnyWidget):\n"
            "    _esm = 'export default {render() {}}'\n    n = traitlets.Int(0).tag(sync=True)\nc = Counter()"
        )
        state = self.of_type("comm_open")[-1]["content"]["data"]["state"]
        self.assertEqual((state["_model_name"], state["_esm"]), ("AnyModel", "export default {render() {}}"))
