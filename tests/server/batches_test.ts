import assert from "node:assert/strict";
import { collectBatches } from "../../server/operations/batches.ts";

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
