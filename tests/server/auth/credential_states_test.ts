import assert from "node:assert/strict";
import { LIMITS } from "../../../core/limits.ts";
import { CredentialStates, STATE_KEPT_MS } from "../../../server/auth/credential_states.ts";

/** States that count how often each was read. */
function makeStates() {
  const states = new CredentialStates();
  const reads = new Map<string, number>();
  const find = (key: string, now = 0, state: string | undefined = "state") =>
    states.find({
      key,
      now,
      read: () => {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return Promise.resolve(state === undefined ? undefined : { state, subjects: [`owner of ${key}`] });
      },
    });
  return { states, reads, find };
}

Deno.test("find() reads once in five seconds, and those who ask at once share it", async () => {
  const { reads, find } = makeStates();
  await Promise.all([find("a"), find("a"), find("a", STATE_KEPT_MS - 1)]);
  assert.equal(reads.get("a"), 1);
  await find("a", STATE_KEPT_MS);
  assert.equal(reads.get("a"), 2);
});

Deno.test("find() does not keep that there is none, nor a failure", async () => {
  const { states, reads, find } = makeStates();
  const none = { key: "a", now: 0, read: () => Promise.resolve(undefined) };
  assert.equal(await states.find(none), undefined);
  await assert.rejects(states.find({ key: "a", now: 0, read: () => Promise.reject(new Error("down")) }), /down/);
  assert.equal(await find("a"), "state");
  assert.equal(reads.get("a"), 1);
});

Deno.test("forget() drops the states that depend on what changed, and no other", async () => {
  const { states, reads, find } = makeStates();
  await find("a");
  await find("b");
  states.forget("owner of a");
  await find("a");
  await find("b");
  assert.deepEqual([reads.get("a"), reads.get("b")], [2, 1]);
});

Deno.test("states are bounded: the oldest is forgotten", async () => {
  const { reads, find } = makeStates();
  for (let index = 0; index <= LIMITS.credentials; index += 1) await find(`key ${index}`);
  await find("key 1");
  await find("key 0");
  assert.deepEqual([reads.get("key 1"), reads.get("key 0")], [1, 2]);
});
