// What the kernel's start is compared with: Pyodide as its documentation says, in a worker, and nothing else.

import { loadPyodide } from "./pyodide.mjs";

const pyodide = await loadPyodide();
postMessage("ready");
postMessage(pyodide.runPython("1 + 1"));
