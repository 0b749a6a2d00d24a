import assert from "node:assert/strict";
import type { UsageRecord } from "../../core/usage/record.ts";
import type { AppendEntry } from "../../db/append.ts";
import { readUsage } from "../../db/usage.ts";
import { forEachAppender } from "./for_each_database.ts";
import { findRollupFaults } from "./oracle.ts";
import { hashText, makeCost, makeEntry, NOON } from "./records.ts";

/** A line of a session log: `output` tokens so far, at a nano-dollar each. */
function partial(output: number, overrides: Partial<UsageRecord> = {}): AppendEntry {
  const record = { id: "msg_1", output_tokens: output, content_hash: hashText(`${output}`), ...overrides };
  return { ...makeEntry(record, makeCost(BigInt(output))), may_supersede: true };
}

forEachAppender("append() lets a line with more output take the place of the one before", async ({ open }) => {
  const database = await open();
  assert.deepEqual(await database.append([partial(5)]), [{ outcome: "inserted" }]);
  assert.deepEqual(await database.append([partial(80)]), [{ outcome: "updated" }]);
  const stored = await readUsage(database, { organization_id: "default", id: "msg_1" });
  assert.deepEqual([stored.output_tokens, stored.cost], [80, 80n]);
  const sums = await database.reader.selectFrom("usage_by_day").selectAll().execute();
  assert.deepEqual(sums.map((line) => [line.requests, line.output_tokens, line.cost_nanos]), [[1n, 80n, 80n]]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachAppender("append() takes a line with fewer or as many output tokens for a duplicate", async ({ open }) => {
  const database = await open();
  await database.append([partial(80)]);
  const outcomes = await database.append([partial(5), partial(80, { content_hash: hashText("other") }), partial(80)]);
  assert.deepEqual(outcomes, [{ outcome: "duplicate" }, { outcome: "duplicate" }, { outcome: "duplicate" }]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachAppender("append() supersedes within one batch, and moves the record to its later time", async ({ open }) => {
  const database = await open();
  const nextDay = NOON + 86_400_000;
  const outcomes = await database.append([
    partial(5),
    makeEntry({ id: "other", content_hash: hashText("other") }),
    partial(40, { timestamp: nextDay, project: "late" }),
    partial(90, { timestamp: nextDay + 1, project: "late" }),
  ]);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["inserted", "inserted", "updated", "updated"]);
  const days = await database.reader.selectFrom("usage_by_day").selectAll().orderBy("start").execute();
  assert.deepEqual(days.map((line) => [line.project, line.requests, line.output_tokens]), [["", 1n, 10n], [
    "late",
    1n,
    90n,
  ]]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachAppender("append() never supersedes a record that may not, nor a deleted one", async ({ open }) => {
  const database = await open();
  await database.append([partial(5)]);
  const plain = { ...partial(80), may_supersede: false };
  assert.deepEqual(await database.append([plain]), [{ outcome: "conflict" }]);
  const { deleteUsage } = await import("../../db/usage.ts");
  await deleteUsage(database, { organization_id: "default", id: "msg_1" }, { actor: "test", now: NOON });
  assert.deepEqual(await database.append([partial(80)]), [{ outcome: "deleted" }]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachAppender("append() as a preview says updated and changes nothing", async ({ open }) => {
  const database = await open();
  await database.append([partial(5)]);
  assert.deepEqual(await database.append([partial(80)], { is_preview: true }), [{ outcome: "updated" }]);
  const stored = await readUsage(database, { organization_id: "default", id: "msg_1" });
  assert.equal(stored.output_tokens, 5);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachAppender(
  "append() of several states of one id in one batch knows the last of them after it",
  async ({ open }) => {
    const database = await open();
    const last = partial(90, { timestamp: NOON + 86_400_000 });
    await database.append([partial(5), partial(40), last]);
    assert.deepEqual(await database.append([last]), [{ outcome: "duplicate" }]);
    const stored = await readUsage(database, { organization_id: "default", id: "msg_1" });
    assert.deepEqual([stored.output_tokens, stored.timestamp], [90, NOON + 86_400_000]);
  },
);
