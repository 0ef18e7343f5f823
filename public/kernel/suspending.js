// The short way for Python to wait: `wait(promise)`, a function of CPython itself in a module `_carrel_wait`.
//
// Pyodide's `run_sync` makes a Python task of whatever it waits for, promises
// included, and the event loop runs that task in Python. A signal can reach the
// task's code instead of the cell's, and a task that ends there settles nothing:
// the cell would wait for ever. Here the stack is suspended on the promise
// itself, and no Python runs before it goes on. It also takes a third of the time.
//
// A function written in JavaScript cannot suspend Python, for its own frame
// would lie in between; so the function is a few bytes of WebAssembly around
// Pyodide's own suspension, which saves and restores CPython's thread state.
// Where Pyodide does not offer what this needs, there is no such module, and
// Python keeps to `run_sync`. Never lets a JavaScript exception into CPython.
// Read next: interrupts.js (what promises are guarded with), carrel_kernel/waiting.py.

/** CPython's convention: the function gets one object. */
const METH_O = 0x0008;

const MODULE_NAME = "_carrel_wait";

const POINTER_BYTES = 4;

/** What the module is made with, as Emscripten names it. */
const NEEDED = [
  "_JsProxy_Check", "_JsProxy_Val", "_JsvPromise_Syncify", "_PyCMethod_New", "_PyErr_Clear", "_PyErr_Occurred", "_PyErr_SetString",
  "_PyExc_RuntimeError", "_PyExc_TypeError", "_PyImport_AddModule", "_PyObject_SetAttrString", "_Py_DecRef", "_js2python", "_malloc", "_free",
  "addFunction", "error", "stringToNewUTF8",
];

const text = (name) => [name.length, ...new TextEncoder().encode(name)];
const section = (id, ...bytes) => [id, bytes.length, ...bytes];
const I32 = 0x7f;
const EXTERNREF = 0x6f;

const BODY = [
  1, 1, EXTERNREF, // a local for the promise
  0x20, 1, 0x10, 0, 0x22, 2, // local.get $object, call $promise_of, local.tee
  0xd1, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, // ref.is_null, if, i32.const 0, return, end
  0x20, 2, 0x10, 1, 0x10, 2, 0x0b, // local.get, call $suspend, call $answer, end
];

/**
 * (func (export "wait") (param $self i32) (param $object i32) (result i32)
 *   (call $answer (call $suspend (call $promise_of (local.get $object)))))
 * with `0` as its answer if `promise_of` gives null.
 */
const CODE = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  ...section(1, 4, // types
    0x60, 1, I32, 1, EXTERNREF,
    0x60, 1, EXTERNREF, 1, EXTERNREF,
    0x60, 1, EXTERNREF, 1, I32,
    0x60, 2, I32, I32, 1, I32),
  ...section(2, 3, // imports
    ...text("e"), ...text("promise_of"), 0x00, 0,
    ...text("e"), ...text("suspend"), 0x00, 1,
    ...text("e"), ...text("answer"), 0x00, 2),
  ...section(3, 1, 3), // one function, of the fourth type
  ...section(7, 1, ...text("wait"), 0x00, 3), // exported
  ...section(10, 1, BODY.length, ...BODY), // its code
]);

/**
 * Makes the module.
 *
 * @param module Pyodide's Emscripten module
 * @returns whether Python can import it
 */
export function offerWaiting(module) {
  if (NEEDED.some((name) => module[name] === undefined)) return false;

  function fail(kind, message) {
    const address = module.stringToNewUTF8(message);
    module._PyErr_SetString(module.HEAPU32[module[kind] / POINTER_BYTES], address);
    module._free(address);
  }

  /** The promise that Python means; null, and an exception, if it means something else. */
  function promiseOf(address) {
    try {
      if (module._JsProxy_Check(address)) return Promise.resolve(module._JsProxy_Val(address));
      fail("_PyExc_TypeError", "only promises of JavaScript can be waited for in this way");
    } catch (error) {
      if (!module._PyErr_Occurred()) fail("_PyExc_RuntimeError", String(error?.message ?? error));
    }
    return null;
  }

  /** What Python gets when it goes on: a new reference, or 0 and an exception. */
  function answer(value) {
    try {
      if (value !== module.error) return module._js2python(value);
      // A promise that was rejected has set its error; that the stack cannot be suspended has not.
      if (!module._PyErr_Occurred()) fail("_PyExc_RuntimeError", "Python cannot wait here: it was called by JavaScript that does not wait");
    } catch (error) {
      if (!module._PyErr_Occurred()) fail("_PyExc_RuntimeError", String(error?.message ?? error));
    }
    return 0;
  }

  const imports = { promise_of: promiseOf, suspend: module._JsvPromise_Syncify, answer };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(CODE), { e: imports });
  const name = module.stringToNewUTF8(MODULE_NAME);
  const target = module._PyImport_AddModule(name);
  module._free(name);
  if (target === 0) {
    module._PyErr_Clear();
    return false;
  }
  // CPython keeps the definition and the name as long as the function lives: as long as the interpreter.
  const label = module.stringToNewUTF8("wait");
  const definition = module._malloc(4 * POINTER_BYTES);
  module.HEAPU32.set([label, module.addFunction(exports.wait), METH_O, 0], definition / POINTER_BYTES);
  const made = module._PyCMethod_New(definition, 0, 0, 0);
  if (made === 0 || module._PyObject_SetAttrString(target, label, made) !== 0) {
    module._PyErr_Clear();
    return false;
  }
  module._Py_DecRef(made);
  return true;
}
