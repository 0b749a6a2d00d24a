import assert from "node:assert/strict";
import { collectBatches, readAhead } from "../../server/operations/batches.ts";

async function* groupsOf(...groups: readonly number[][]): AsyncGenerator<number[]> {
  yield* groups;
}

Deno.test("collectBatches() fills batches across groups and gives what is left at the end", async () => {
  const batches = await Array.fromAsync(collectBatches(groupsOf([1, 2, 3], [4], [5, 6, 7, 8]), 3));
  assert.deepEqual(batches, [[1, 2, 3], [4, 5, 6], [7, 8]]);
});

Deno.test("collectBatches() gives nothing for nothing", async () => {
  assert.deepEqual(await Array.fromAsync(collectBatches(groupsOf([], []), 3)), []);
});

Deno.test("collectBatches() does not wait for a full batch while the input pauses", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<number[]> {
    yield [1];
    await promise;
    yield [2];
  }
  const batches = collectBatches(slow(), 10);
  assert.deepEqual((await batches.next()).value, [1]);
  resolve();
  assert.deepEqual((await batches.next()).value, [2]);
  assert.equal((await batches.next()).done, true);
});

Deno.test("collectBatches() gives what came before a failure, then fails", async () => {
  async function* failing(): AsyncGenerator<number[]> {
    yield [1, 2];
    throw new Error("the input broke");
  }
  const batches = collectBatches(failing(), 10);
  assert.deepEqual((await batches.next()).value, [1, 2]);
  await assert.rejects(() => batches.next(), /the input broke/);
});

Deno.test("readAhead() works on the next value while one is used, and gives all in their order", async () => {
  const log: string[] = [];
  async function* make() {
    for (const value of [1, 2, 3]) {
      log.push(`make ${value}`);
      yield await Promise.resolve(value);
    }
  }
  for await (const value of readAhead(make())) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.push(`used ${value}`);
  }
  assert.deepEqual(log, ["make 1", "make 2", "used 1", "make 3", "used 2", "used 3"]);
});

Deno.test("readAhead() gives what came before a failure first, and then the failure", async () => {
  async function* make() {
    yield await Promise.resolve(1);
    throw new Error("the input broke");
  }
  const given: number[] = [];
  await assert.rejects(async () => {
    for await (const value of readAhead(make())) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      given.push(value);
    }
  }, { message: "the input broke" });
  assert.deepEqual(given, [1]);
});

Deno.test("readAhead() ends what it reads when nobody wants more", async () => {
  let isEnded = false;
  async function* make() {
    try {
      for (let value = 0;; value++) yield await Promise.resolve(value);
    } finally {
      isEnded = true;
    }
  }
  for await (const value of readAhead(make())) if (value === 2) break;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(isEnded, true);
});
