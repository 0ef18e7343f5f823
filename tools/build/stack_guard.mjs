// Makes CPython's guard against deep recursion true in a browser: writes a pyodide.asm.wasm whose functions account for
// the browser's stack.
//
// CPython raises RecursionError when the stack in WebAssembly's memory runs low, but functions keep most of what they
// need on the browser's own stack, which ends first and takes the interpreter with it. So functions that may call
// themselves through others here take more of the stack in memory, about in proportion to what they take of the
// browser's: each is moved to the end of the file, and a wrapper in its place lowers the stack pointer around the call.
// Iterators and hashes, which CPython does not guard, ask for room as well. Nothing else of the file changes.
//
// Which functions they are is read from the interpreter itself: those that ask CPython's guard, and the slots of its types.
// What it refuses: a file with other sections or types than Pyodide's (an exception, which ends the build).
// Read next: wasm_file.mjs (the file), public/kernel/python_worker.js (where the guard is given its limit).

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadPyodide } from "pyodide";

import { pieces, root, sha256, unlessCurrent } from "./site.mjs";
import { numLocals, readWasm, signed, unsigned, writeWasm } from "./wasm_file.mjs";

/**
 * Bytes of stack in memory that stand for one call: so many, and so many more for each local variable of the function,
 * with which the browser's frames grow. Found by trying (tests/browser/recursion.spec.mjs), with the limit that the worker sets.
 */
const CALL_BYTES = 80;
/** Objects are freed through some functions more, which are not counted by themselves. */
const DEALLOC_BYTES = 144;
const LOCAL_BYTES = 12;
const MIN_BYTES = 112;
/** The parser's rules are many and small. */
const RULE_BYTES = 48;

/** Where a type with references to others keeps its functions, in bytes. Other types' functions call nothing of this kind. */
const SLOTS = { dealloc: 24, repr: 44, hash: 60, str: 68, richcompare: 100, iternext: 112 };
const ASYNC_METHODS_OFFSET = 40;
const SEND_OFFSET = 12;
const FLAGS_OFFSET = 84;
const FLAG_HAS_GC = 1 << 14;

/** What functions return when they fail, for those that CPython does not guard and that get its guard here. */
const NO_RESULT = 0;
const NO_HASH = -1;

/** Where a class whose methods stand for operators keeps the functions that call them: words in a type, and tables it points at. */
const METHOD_SLOTS = { call: 64, getattro: 72, setattro: 76, iter: 108, descr_get: 136, descr_set: 140, init: 148, new: 156 };
const METHOD_TABLES = { as_number: { offset: 48, words: 36 }, as_sequence: { offset: 52, words: 10 }, as_mapping: { offset: 56, words: 3 } };

/** What is special about some of the slots. */
const WRAPPERS = { dealloc: { bytes: DEALLOC_BYTES }, iternext: { failure: NO_RESULT } };

/** Bytes from a method descriptor to its definition, and from there to its function. */
const DEFINITION_OFFSET = 20;
const FUNCTION_OFFSET = 4;

/** A function this short that asks CPython's guard is a part of it. */
const SHORT_BYTES = 80;

/**
 * Addresses of all types, of a class with a method for every operator, of the types whose hash asks their parts (others' hashes never fail, and CPython counts on that),
 * and of methods through which generators end each other.
 */
const ADDRESSES = `
import importlib, operator, sys, types
for name in sys.builtin_module_names:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
found, left = {}, [object]
while left:
    kind = left.pop()
    if kind not in found:
        found[kind] = id(kind)
        left += type.__subclasses__(kind)
operators = [name for name in dir(operator) if name.startswith("__") and callable(getattr(operator, name))]
operators += [f"__r{name[2:]}" for name in operators]
operators += ["__len__", "__bool__", "__int__", "__float__", "__divmod__", "__call__", "__iter__", "__init__", "__new__"]
operators += ["__getattr__", "__setattr__", "__get__", "__set__"]
Overriding = type("Overriding", (), {name: lambda *arguments: None for name in operators})
generators = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
{
    "types": list(found.values()),
    "overriding": id(Overriding),
    "hashed": [id(kind) for kind in (tuple, frozenset, slice, types.GenericAlias)],
    "methods": [id(vars(kind)[name]) for kind in generators for name in ("close", "throw") if name in vars(kind)],
}`;

const source = join(root, "node_modules", "pyodide", "pyodide.asm.wasm");

/** The file that kernels get. */
export const guardedWasm = join(pieces, "kernel", "pyodide", "pyodide.asm.wasm");

/** Writes kernel/pyodide/pyodide.asm.wasm, which stands in for Pyodide's own. */
export async function guardStack() {
  const scripts = [new URL(import.meta.url), new URL("./wasm_file.mjs", import.meta.url), source];
  const key = scripts.map((path) => sha256(readFileSync(path))).join(" ");
  await unlessCurrent("stack-guard", key, [guardedWasm], async () => {
    const file = readWasm(readFileSync(source));
    const wrapped = wrap(file, await functionsToWrap(file));
    const bytes = writeWasm(file);
    new WebAssembly.Module(bytes);
    writeFileSync(guardedWasm, bytes);
    console.log(`pyodide.asm.wasm: ${wrapped} functions account for the browser's stack`);
  });
}

/** What is wrapped, by the function's index: `bytes` for a call, and what it returns when there is no room (unless it or its callers ask). */
async function functionsToWrap(file) {
  const found = new Map();
  const add = (index, wrapper = {}) => {
    if (index >= file.numImported && !found.has(index)) found.set(index, { bytes: CALL_BYTES, min: MIN_BYTES, ...wrapper });
  };
  const python = await loadPyodide({ env: { HOME: "/home/pyodide" } });
  const { HEAPU32: words, wasmTable: table } = python._module;
  const word = (address) => words[address / 4];
  // By the standard, a function that WebAssembly exports is named by its index.
  const addSlot = (slot, wrapper) => slot !== 0 && add(Number(table.get(slot).name), wrapper);
  const proxy = python.runPython(ADDRESSES);
  const { types, overriding, hashed, methods } = proxy.toJs({ dict_converter: Object.fromEntries });
  for (const method of methods) addSlot(word(word(method + DEFINITION_OFFSET) + FUNCTION_OFFSET), { failure: NO_RESULT });
  for (const type of hashed) addSlot(word(type + SLOTS.hash), { failure: NO_HASH });
  for (const type of types) {
    if (word(type + ASYNC_METHODS_OFFSET) !== 0) addSlot(word(word(type + ASYNC_METHODS_OFFSET) + SEND_OFFSET));
    if (!(word(type + FLAGS_OFFSET) & FLAG_HAS_GC)) continue;
    for (const [name, offset] of Object.entries(SLOTS)) addSlot(word(type + offset), WRAPPERS[name]);
  }
  for (const offset of Object.values(METHOD_SLOTS)) addSlot(word(overriding + offset));
  for (const { offset, words: count } of Object.values(METHOD_TABLES)) {
    const table = word(overriding + offset);
    for (let slot = 0; slot < count; slot += 1) addSlot(word(table + 4 * slot));
  }
  for (const index of askingFunctions(file)) add(index);
  for (const index of callers(file, [file.exported._Py_ReachedRecursionLimitWithMargin])) add(index, { bytes: 0, min: RULE_BYTES });
  return found;
}

/** The functions that call one of some others, by their indices. */
function callers(file, called) {
  const calls = called.map((index) => Buffer.from([0x10, ...unsigned(index)]));
  return file.bodies.flatMap((body, position) => (calls.some((call) => body.includes(call)) ? [position + file.numImported] : []));
}

/** The functions that ask CPython's guard, without the guard's own parts. */
function askingFunctions(file) {
  const guards = ["_Py_CheckRecursiveCall", "Py_EnterRecursiveCall"].map((name) => file.exported[name]);
  const parts = callers(file, guards).filter((index) => file.bodies[index - file.numImported].length < SHORT_BYTES);
  const guard = new Set([...guards, ...parts]);
  return callers(file, [...guard]).filter((index) => !guard.has(index));
}

/** Puts wrappers in the functions' places; returns how many. */
function wrap(file, wrapped) {
  const pointer = unsigned(file.stackPointer);
  for (const [index, { bytes: base, min, failure }] of wrapped) {
    const type = file.types[file.functions[index]];
    const body = file.bodies[index - file.numImported];
    const wanted = Math.max(min, base + LOCAL_BYTES * numLocals(body));
    // The stack in memory is kept at multiples of 16.
    const bytes = Math.ceil(wanted / 16) * 16;
    const code = [0];
    // if (Py_EnterRecursiveCall("")) return failure: at address 0 there is an empty text
    if (failure !== undefined) {
      code.push(0x41, 0, 0x10, ...unsigned(file.exported.Py_EnterRecursiveCall), 0x04, 0x40, 0x41, ...signed(failure), 0x0f, 0x0b);
    }
    const move = (operation) => [0x23, ...pointer, 0x41, ...signed(bytes), operation, 0x24, ...pointer];
    code.push(...move(0x6b));
    type.params.forEach((_, position) => code.push(0x20, ...unsigned(position)));
    code.push(0x10, ...unsigned(file.functions.length), ...move(0x6a), 0x0b);
    file.functions.push(file.functions[index]);
    file.bodies.push(body);
    file.bodies[index - file.numImported] = Buffer.from(code);
  }
  return wrapped.size;
}
