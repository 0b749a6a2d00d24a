import assert from "node:assert/strict";
import { untilStopping } from "../../../server/operations/until_stopping.ts";

async function* count(most: number): AsyncGenerator<number> {
  for (let at = 1; at <= most; at++) {
    await Promise.resolve();
    yield at;
  }
}

/** One value, then nothing for ever. */
async function* hang(): AsyncGenerator<number> {
  yield 1;
  await new Promise(() => {});
}

async function take(items: AsyncIterable<number>, onItem: (item: number) => void = () => {}): Promise<number[]> {
  const taken: number[] = [];
  for await (const item of items) {
    taken.push(item);
    onItem(item);
  }
  return taken;
}

Deno.test("untilStopping() gives everything of what ends before the signal", async () => {
  const { items, isCut } = untilStopping(count(3), new AbortController().signal);
  assert.deepEqual([await take(items), isCut()], [[1, 2, 3], false]);
});

Deno.test("untilStopping() ends what waits for more, and what has more to give", async () => {
  const waiting = new AbortController();
  const silent = untilStopping(hang(), waiting.signal);
  assert.deepEqual([await take(silent.items, () => waiting.abort()), silent.isCut()], [[1], true]);
  const busy = new AbortController();
  const endless = untilStopping(count(1_000), busy.signal);
  const taken = await take(endless.items, (item) => item === 2 ? busy.abort() : undefined);
  assert.deepEqual([taken, endless.isCut()], [[1, 2], true]);
});

Deno.test("untilStopping() fails as what it reads does", async () => {
  async function* fail(): AsyncGenerator<number> {
    yield 1;
    throw new Error("broken");
  }
  const { items } = untilStopping(fail(), new AbortController().signal);
  await assert.rejects(take(items), /broken/);
});
