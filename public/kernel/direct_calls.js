// The short way from Python to the engine: `call` and `scratch` as functions of
// CPython itself, in a module `_carrel_direct`.
//
// Pyodide's own way wraps a JavaScript function in a proxy and converts a list
// of arguments, which takes as long as adding two small tensors. A C function
// gets the address of its arguments and reads their numbers where they lie.
// Uses only CPython's documented C API, never the layout of its objects. Where
// Pyodide does not offer what this needs, there is no such module, and Python
// keeps to the proxies. Never lets a JavaScript exception into CPython.
// Read next: engine_link.js (what is called), torch/_C.py (the caller).

/** CPython's convention: the function gets an array of arguments and its length. */
const METH_FASTCALL = 0x80;

/** Result and arguments of such a function, as Emscripten spells signatures. */
const SIGNATURE = "iiii";

const MODULE_NAME = "_carrel_direct";

const POINTER_BYTES = 4;

/** What the module is made with, as Emscripten names it. */
const NEEDED = [
  "_PyCMethod_New", "_PyErr_Clear", "_PyErr_Occurred", "_PyErr_SetString", "_PyExc_RuntimeError", "_PyExc_TypeError", "_PyFloat_AsDouble",
  "_PyFloat_FromDouble", "_PyFloat_Type", "_PyImport_AddModule", "_PyLong_Type", "_PyObject_HasAttrString", "_PyObject_SetAttrString", "_Py_DecRef",
  "_Py_TYPE", "_free", "_malloc", "addFunction", "stringToNewUTF8",
];

/**
 * Makes the module.
 *
 * @param module Pyodide's Emscripten module
 * @param link the engine's EngineLink
 * @returns whether Python can import it
 */
export function offerDirectCalls(module, link) {
  if (NEEDED.some((name) => module[name] === undefined)) return false;
  // Everything that is asked for each argument of each call, looked up once.
  const { _Py_TYPE: typeOf, _PyFloat_AsDouble: toNumber, _PyFloat_FromDouble: fromNumber } = module;
  const { _PyFloat_Type: float, _PyLong_Type: int } = module;
  const handleName = module.stringToNewUTF8("_h");

  function fail(kind, message) {
    const text = module.stringToNewUTF8(message);
    module._PyErr_SetString(module.HEAPU32[module[kind] / POINTER_BYTES], text);
    module._free(text);
  }

  /** The number in an argument; numbers of other libraries are asked for theirs. A tensor might have to be waited for. */
  function number(position) {
    const address = module.HEAPU32[position];
    const type = typeOf(address);
    if (type !== float && type !== int && module._PyObject_HasAttrString(address, handleName)) {
      throw new TypeError("an operator of the engine takes a number here, not a tensor");
    }
    const value = toNumber(address);
    if (value === -1 && module._PyErr_Occurred()) throw new TypeError("not a number");
    return value;
  }

  /** Answers a call of Python's: a new reference, or 0 and an exception. */
  function answer(work, values, count) {
    try {
      if (count === 0) throw new TypeError("which operator, or which number?");
      return fromNumber(work(values / POINTER_BYTES, count));
    } catch (error) {
      if (!module._PyErr_Occurred()) fail(error instanceof TypeError ? "_PyExc_TypeError" : "_PyExc_RuntimeError", String(error?.message ?? error));
      return 0;
    }
  }

  function call(first, count) {
    const op = number(first);
    // All are read before the first is written: asking for one may call the engine.
    const numbers = new Array(count - 1);
    for (let index = 1; index < count; index += 1) numbers[index - 1] = number(first + index);
    return link.call(op, numbers);
  }

  const scratch = (first) => link.view()[number(first)];

  const functions = { call, scratch };
  const name = module.stringToNewUTF8(MODULE_NAME);
  const target = module._PyImport_AddModule(name);
  module._free(name);
  if (target === 0) {
    module._PyErr_Clear();
    return false;
  }
  for (const [key, work] of Object.entries(functions)) {
    // CPython keeps the definition and the name as long as the function lives: as long as the interpreter.
    const label = module.stringToNewUTF8(key);
    const definition = module._malloc(4 * POINTER_BYTES);
    const address = module.addFunction((self, values, count) => answer(work, values, count), SIGNATURE);
    module.HEAPU32.set([label, address, METH_FASTCALL, 0], definition / POINTER_BYTES);
    const made = module._PyCMethod_New(definition, 0, 0, 0);
    if (made === 0 || module._PyObject_SetAttrString(target, label, made) !== 0) {
      module._PyErr_Clear();
      return false;
    }
    module._Py_DecRef(made);
  }
  return true;
}
