// Counts what a page asks of WebGPU, by wrapping its methods. Must be loaded before the engine that is counted.
// `bytes` adds up the storage buffers that each dispatch binds, whole: what a dispatch moves if it touches all of them once.

const counters = { dispatches: 0, submits: 0, bytes: 0 };
const bytesOf = new WeakMap();
const boundTo = new WeakMap();

function wrap(prototype, name, before, after = () => {}) {
  const original = prototype?.[name];
  if (original === undefined) return;
  prototype[name] = function wrapped(...given) {
    before(this, ...given);
    const result = original.apply(this, given);
    after(result, ...given);
    return result;
  };
}

const nothing = () => {};

wrap(globalThis.GPUQueue?.prototype, "submit", () => { counters.submits += 1; });
wrap(globalThis.GPUDevice?.prototype, "createBindGroup", nothing, (group, description) => {
  const sizes = [...description.entries].map(({ resource }) => {
    const buffer = resource.buffer ?? (resource instanceof GPUBuffer ? resource : undefined);
    if (buffer === undefined || (buffer.usage & GPUBufferUsage.STORAGE) === 0) return 0;
    return resource.size ?? buffer.size - (resource.offset ?? 0);
  });
  bytesOf.set(group, sizes.reduce((sum, size) => sum + size, 0));
});
wrap(globalThis.GPUComputePassEncoder?.prototype, "setBindGroup", (pass, index, group) => {
  if (!boundTo.has(pass)) boundTo.set(pass, new Map());
  boundTo.get(pass).set(index, group);
});
function countDispatch(pass) {
  counters.dispatches += 1;
  for (const group of boundTo.get(pass)?.values() ?? []) counters.bytes += bytesOf.get(group) ?? 0;
}
wrap(globalThis.GPUComputePassEncoder?.prototype, "dispatchWorkgroups", countDispatch);
wrap(globalThis.GPUComputePassEncoder?.prototype, "dispatchWorkgroupsIndirect", countDispatch);

/** The counters as they stand. */
export const count = () => ({ ...counters });
