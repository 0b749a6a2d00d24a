import assert from "node:assert/strict";
import { Drain } from "../../server/drain.ts";

const CONNECTION = { remoteAddr: { hostname: "127.0.0.1" } };

Deno.test("Drain counts a stream that its client leaves while a piece of it is awaited once", async () => {
  const drain = new Drain();
  const answer = drain.watch(() => new Response(new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })));
  const ask = () => Promise.resolve(answer(new Request("http://x/"), CONNECTION));
  const [left, kept] = [await ask(), await ask()];
  assert.equal(drain.count, 2);
  const reader = left.body!.getReader();
  const reading = reader.read();
  await reader.cancel();
  assert.equal((await reading).done, true);
  // What a cancelled stream has yet to say, it has said by then.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(drain.count, 1);
  await kept.body!.cancel();
  await drain.empty();
  assert.equal(drain.count, 0);
});
