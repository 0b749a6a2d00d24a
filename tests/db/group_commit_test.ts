import assert from "node:assert/strict";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import type { AppendEntry, AppendOutcome } from "../../db/append.ts";
import { openDatabase } from "../../db/database.ts";
import { GroupCommit } from "../../db/group_commit.ts";
import { forEachAppender } from "./for_each_database.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { hashText, makeEntry } from "./records.ts";

forEachAppender(
  "GroupCommit.append() answers each of 400 callers for its own entries, in few transactions",
  async ({ open }) => {
    const database = await open();
    const sizes: number[] = [];
    const group = new GroupCommit((entries) => {
      sizes.push(entries.length);
      // A batch that is atomic is never grouped again, so that each of these is one transaction.
      return database.append(entries, { is_preview: false, is_atomic: true });
    });
    const answers = await Promise.all(
      Array.from(
        { length: 400 },
        (_, caller) => group.append([makeEntry({ id: `${caller}-a` }), makeEntry({ id: `${caller}-b` })]),
      ),
    );
    assert.deepEqual(answers, Array.from({ length: 400 }, () => [{ outcome: "inserted" }, { outcome: "inserted" }]));
    assert.ok(sizes.length <= 4, `${sizes.length} transactions`);
    assert.ok(Math.max(...sizes) <= LIMITS.group_records + 1);
  },
);

forEachAppender(
  "append() answers callers who come at once with one id: one inserts, the others are told",
  async ({ open }) => {
    const database = await open();
    const outcomes = await Promise.all(
      Array.from(
        { length: 50 },
        (_, caller) => database.append([makeEntry(caller % 2 === 0 ? {} : { content_hash: hashText("other") })]),
      ),
    );
    const counts = Object.groupBy(outcomes.flat(), ({ outcome }) => outcome);
    assert.deepEqual([counts.inserted?.length, counts.duplicate?.length, counts.conflict?.length], [1, 24, 25]);
    assert.equal((await readRows(database)).length, 1);
  },
);

forEachAppender(
  "append() from many callers, alone, in batches and atomic, stores each record once",
  async ({ open }) => {
    const database = await open();
    const calls = Array.from({ length: 300 }, (_, call) => {
      const entries = Array.from({ length: 1 + call % 7 }, (_, at) => makeEntry({ id: `r${(call * 3 + at) % 200}` }));
      return database.append(entries, { is_atomic: call % 5 === 0, is_preview: call % 11 === 0 });
    });
    const outcomes = await Promise.all(calls);
    const inserted = outcomes.filter((_, call) => call % 11 !== 0).flat().filter(({ outcome }) =>
      outcome === "inserted"
    );
    const rows = await readRows(database);
    assert.equal(rows.length, 200);
    assert.equal(inserted.length, 200);
    assert.deepEqual(await findRollupFaults(database), []);
  },
);

forEachAppender("append() of one caller that cannot be stored fails alone", async ({ open }) => {
  const database = await open();
  const bad = makeEntry({ id: "bad", output_tokens: 0, reasoning_tokens: 1 });
  const settled = await Promise.allSettled([
    database.append([makeEntry({ id: "r1" })]),
    database.append([makeEntry({ id: "r2" }), bad]),
    database.append([makeEntry({ id: "r3" })]),
  ]);
  assert.deepEqual(settled.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual((await readRows(database)).map(({ id }) => id), ["r1", "r3"]);
});

Deno.test("GroupCommit.append() fails all callers of a group that storage failed, and none after it", async () => {
  let commits = 0;
  const group = new GroupCommit((entries) => {
    commits++;
    if (commits === 1) return Promise.reject(new CostopsError("storage_full", "the disk is full"));
    return Promise.resolve(insertedAll(entries));
  });
  const first = await Promise.allSettled([group.append([makeEntry()]), group.append([makeEntry()])]);
  assert.deepEqual(first.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(commits, 1);
  assert.deepEqual(await group.append([makeEntry()]), [{ outcome: "inserted" }]);
});

Deno.test("GroupCommit.append() begins the next group before those of the last go on, and answers them once durable", async () => {
  const said: string[] = [];
  const commits: (() => void)[] = [];
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const group = new GroupCommit(async (entries) => {
    const number = commits.length;
    said.push(`begins ${number}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    commits.push(resolve);
    begun[number]!.resolve();
    await promise;
    said.push(`is durable ${number}`);
    return insertedAll(entries);
  });
  const first = group.append([makeEntry()]).then(() => said.push("first goes on"));
  await begun[0]!.promise;
  const second = group.append([makeEntry()]).then(() => said.push("second goes on"));
  commits[0]!();
  await Promise.all([first, begun[1]!.promise]);
  commits[1]!();
  await second;
  assert.deepEqual(said, [
    "begins 0",
    "is durable 0",
    "begins 1",
    "first goes on",
    "is durable 1",
    "second goes on",
  ]);
});

forEachAppender("append() of several groups leaves timers their turn between them", async ({ open }) => {
  const database = await open();
  const said: string[] = [];
  setTimeout(() => said.push("timer"), 0);
  await Promise.all(Array.from({ length: 2_000 }, (_, at) => database.append([makeEntry({ id: `r${at}` })])));
  said.push("all are stored");
  assert.deepEqual(said, ["timer", "all are stored"]);
});

Deno.test("GroupCommit.append() fails with temporary beyond the queue, and takes more once it is shorter", async () => {
  const held = Promise.withResolvers<void>();
  const group = new GroupCommit(async (entries) => {
    await held.promise;
    return insertedAll(entries);
  });
  const waiting = Array.from({ length: LIMITS.queue_requests }, () => group.append([makeEntry()]));
  await assert.rejects(() => group.append([makeEntry()]), { kind: "temporary" });
  held.resolve();
  assert.equal((await Promise.all(waiting)).flat().length, LIMITS.queue_requests);
  assert.deepEqual(await group.append([makeEntry()]), [{ outcome: "inserted" }]);
});

Deno.test("GroupCommit.append() fails with temporary when too many records wait", async () => {
  const group = new GroupCommit((entries) => Promise.resolve(insertedAll(entries)));
  const large = group.append(Array.from({ length: LIMITS.queue_records }, () => makeEntry()));
  await assert.rejects(() => group.append([makeEntry()]), { kind: "temporary" });
  assert.equal((await large).length, LIMITS.queue_records);
});

forEachAppender("close() waits for what is being appended", async ({ url }) => {
  const database = await openDatabase(url);
  const appends = Array.from({ length: 100 }, (_, at) => database.append([makeEntry({ id: `r${at}` })]));
  await database.close();
  assert.deepEqual((await Promise.all(appends)).flat(), Array.from({ length: 100 }, () => ({ outcome: "inserted" })));
});

forEachAppender("write() and append() take turns", async ({ open }) => {
  const database = await open();
  const counted = database.write(async (queries) => {
    const count = () => queries.selectFrom("usage").select((select) => select.fn.countAll<bigint>().as("count"));
    const before = await count().executeTakeFirstOrThrow();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [before.count, (await count().executeTakeFirstOrThrow()).count];
  });
  const appended = database.append([makeEntry()]);
  assert.deepEqual(await counted, [0n, 0n]);
  assert.deepEqual(await appended, [{ outcome: "inserted" }]);
});

forEachAppender("write() that fails leaves nothing, and the next one works", async ({ open }) => {
  const database = await open();
  const failed = database.write(async (queries) => {
    await queries.insertInto("prune_marks").values({ organization_id: "default", before: 1 }).execute();
    throw new Error("on purpose");
  });
  await assert.rejects(() => failed, /on purpose/);
  assert.deepEqual(await database.reader.selectFrom("prune_marks").selectAll().execute(), []);
  assert.deepEqual(await database.append([makeEntry()]), [{ outcome: "inserted" }]);
});

function insertedAll(entries: readonly AppendEntry[]): AppendOutcome[] {
  return entries.map(() => ({ outcome: "inserted" }));
}
