// How printed text is batched (public/kernel/streams.js). Needs no browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Streams } from "../../public/kernel/streams.js";

function collect() {
  const messages = [];
  const pauses = [];
  const streams = new Streams((text) => messages.push(JSON.parse(text)), (ms) => pauses.push(ms));
  streams.setParent('{"msg_id":"request-1"}', "session");
  return { streams, messages, pauses };
}

test("a burst of prints becomes a few messages, and nothing is lost", () => {
  const { streams, messages, pauses } = collect();
  for (let line = 0; line < 1000; line += 1) streams.write("stdout", `${line}\n`);
  streams.flush();
  assert.ok(messages.length < 20, `${messages.length} messages`);
  const lines = messages.map(({ content }) => content.text).join("").trimEnd().split("\n");
  assert.deepEqual(lines, Array.from({ length: 1000 }, (_, line) => String(line)));
  assert.deepEqual(pauses, []);
});

test("a message names its request, its stream and an id of its own", () => {
  const { streams, messages } = collect();
  streams.write("stdout", "out");
  streams.write("stderr", "err");
  streams.flush();
  assert.deepEqual(messages.map(({ content }) => content), [
    { name: "stdout", text: "out" },
    { name: "stderr", text: "err" },
  ]);
  const [first, second] = messages;
  assert.equal(first.header.msg_type, "stream");
  assert.equal(first.parent_header.msg_id, "request-1");
  assert.notEqual(first.header.msg_id, second.header.msg_id);
});

test("held text goes out with the clock, not before", () => {
  const { streams, messages } = collect();
  streams.write("stdout", "half a line");
  assert.equal(messages.length, 0);
  streams.tick(performance.now());
  assert.equal(messages.length, 0);
  streams.tick(performance.now() + 1000);
  assert.equal(messages.length, 1);
});

test("what a new cell prints is not credited to the last one", () => {
  const { streams, messages } = collect();
  streams.write("stdout", "first");
  streams.setParent('{"msg_id":"request-2"}', "session");
  streams.write("stdout", "second");
  streams.flush();
  assert.deepEqual(messages.map((message) => message.parent_header.msg_id), ["request-1", "request-2"]);
});

test("a flood is slowed down", () => {
  const { streams, pauses } = collect();
  const text = `${"x".repeat(64 * 1024)}\n`;
  for (let count = 0; count < 100; count += 1) streams.write("stdout", text);
  assert.ok(pauses.length > 0);
  assert.ok(pauses.every((ms) => ms > 0 && ms <= 100));
});
