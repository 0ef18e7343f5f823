// The messages between this frame and the page, and one comm for each model. Buffers travel as Base64.
// It believes only what comes from the page. Read next: manager.js; the page's side is app/src/effects/widgets.rs.

const bytesOf = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

function textOf(buffer) {
  const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const pieces = [];
  for (let start = 0; start < bytes.length; start += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  return btoa(pieces.join(""));
}

export const buffersOf = (texts) => (texts ?? []).map(bytesOf);

/** A model's way to the kernel, with the functions that Jupyter's models call. */
class Comm {
  constructor(link, id) {
    this.comm_id = id;
    this.target_name = "jupyter.widget";
    this.link = link;
    this.onMessage = this.onClose = () => {};
  }

  send(data, callbacks, _metadata, buffers = []) {
    return this.link.send(this.comm_id, data, buffers, callbacks);
  }

  on_msg(callback) {
    this.onMessage = callback;
  }

  on_close(callback) {
    this.onClose = callback;
  }

  // Models are the kernel's: a view cannot end them.
  close() {}
}

export class Link {
  constructor(page) {
    this.page = page;
    this.comms = new Map();
    this.waiting = new Map();
    this.numSent = 0;
  }

  /** Takes messages from now on; `handlers` has a function for each kind that is not a model's own. */
  listen(handlers) {
    addEventListener("message", ({ source, data }) => {
      if (source !== this.page || data?.type !== "carrel:widget") return;
      const message = JSON.parse(data.text);
      const comm = this.comms.get(message.comm_id);
      if (message.kind === "msg") {
        comm?.onMessage({ content: { comm_id: message.comm_id, data: message.data }, buffers: buffersOf(message.buffers) });
      } else if (message.kind === "close") {
        this.comms.delete(message.comm_id);
        comm?.onClose({ content: { comm_id: message.comm_id, data: {} } });
      } else if (message.kind === "idle") {
        const callbacks = this.waiting.get(message.token);
        this.waiting.delete(message.token);
        callbacks?.iopub?.status?.({ content: { execution_state: "idle" } });
      } else handlers[message.kind]?.(message);
    });
    this.post({ kind: "ready" });
  }

  comm(id) {
    const comm = new Comm(this, id);
    this.comms.set(id, comm);
    return comm;
  }

  send(id, data, buffers, callbacks) {
    const token = ++this.numSent;
    this.waiting.set(token, callbacks);
    this.post({ kind: "msg", comm_id: id, data, buffers: buffers.map(textOf), token });
    return String(token);
  }

  post(message) {
    this.page.postMessage({ type: "carrel:widget", text: JSON.stringify(message) }, "*");
  }
}
