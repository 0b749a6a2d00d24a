import assert from "node:assert/strict";
import { Thread } from "../../db/thread.ts";

/** A program that answers with what it was asked, and fails by itself once it was asked for that. */
const ECHO = new URL(`data:application/javascript,${
  encodeURIComponent(`onmessage = ({ data }) => {
    if (data === "fail") setTimeout(() => { throw new Error("of itself"); }, 0);
    if (data !== "silence") postMessage({ result: data });
  };`)
}`);

Deno.test("Thread.ask() gives the answer, one request after another", async () => {
  const thread = new Thread<string>(ECHO, { does: "echoes" });
  assert.equal(await thread.ask("one"), "one");
  assert.equal(await thread.ask("two"), "two");
  await thread.close();
  assert.equal(thread.isStopped, true);
});

Deno.test("Thread.ask() fails when the thread has failed, while it was asked and ever after", async () => {
  const thread = new Thread<string>(ECHO, { does: "echoes" });
  assert.equal(await thread.ask("fail"), "fail");
  const failure = { message: /^a thread that echoes failed: .*of itself/ };
  await assert.rejects(thread.ask("silence"), failure);
  await assert.rejects(thread.ask("one"), failure);
  await thread.close();
});

Deno.test("Thread.ask() fails on what cannot be handed over, and the thread answers what comes next", async () => {
  const thread = new Thread<string | (() => void)>(ECHO, { does: "echoes" });
  await assert.rejects(thread.ask(() => {}), { name: "DataCloneError" });
  assert.equal(thread.isStopped, false);
  assert.equal(await thread.ask("one"), "one");
  await assert.rejects(thread.ask(() => {}), { name: "DataCloneError" });
  await thread.close();
});

Deno.test("Thread.ask() fails when the answer takes too long, and the thread is stopped", async () => {
  const thread = new Thread<string>(ECHO, { does: "echoes", answer_ms: 50 });
  await assert.rejects(thread.ask("silence"), { kind: "temporary" });
  assert.equal(thread.isStopped, true);
});
