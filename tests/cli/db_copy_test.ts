import assert from "node:assert/strict";
import { join } from "node:path";
import { copyDatabase } from "../../db/copy.ts";
import { openDatabase } from "../../db/database.ts";
import { fillDatabase, makeOdd } from "../db/copied_usage.ts";
import { forEachPair } from "../db/for_each_pair.ts";
import { copyWithKills } from "./killed_copy.ts";
import { inPlace } from "./program.ts";

const RECORDS = 20_000;
const PERIOD = ["--since", "2025-11-01", "--until", "2026-04-30", "--group-by", "model,project"];

async function fill(url: string, records: number): Promise<void> {
  const database = await openDatabase(url);
  await fillDatabase(database, records);
  await database.close();
}

const thereIs = (path: string) => Deno.stat(path).then(() => true, () => false);

forEachPair("costops db copy, killed at several moments, goes on and proves the same", async ({ from, to }) => {
  await fill(from, RECORDS);
  await inPlace(async ({ run, ...place }) => {
    const { last, half_copies } = await copyWithKills({ run, ...place }, { from, to, kills: 3, steps: 1 });
    assert.equal(last.code, 0, last.out + last.err);
    assert.ok(half_copies > 0, "no kill came in the middle");
    const proof = JSON.parse(last.out);
    assert.deepEqual([proof.is_same, proof.is_sound, proof.audit_faults], [true, true, []]);
    const reports = [from, to].map((url) => run(["report", "cost", ...PERIOD, "--format", "csv", "--database", url]));
    const [before, after] = await Promise.all(reports);
    assert.deepEqual([before!.code, after!.out], [0, before!.out]);
    const again = await run(["db", "copy", "--from", from, "--to", to]);
    assert.equal(again.code, 5);
    assert.match(again.err, /itself, or a copy of it already/);
  });
});

forEachPair("costops db copy says what each side holds, and what was proved", async ({ from, to }) => {
  await fill(from, 200);
  await inPlace(async ({ run }) => {
    const copied = await run(["db", "copy", "--from", from, "--to", to]);
    assert.equal(copied.code, 0, copied.err);
    assert.match(copied.out, /^usage_identity +1\d\d +1\d\d +([0-9a-f]{16}) +\1 +same$/m);
    assert.match(copied.out, /Both hold the same, row by row\.\nThe audit log of the target is whole\.\n$/);
    assert.equal(copied.err, "");
  });
});

Deno.test("costops db copy makes nothing when the source is not there", async () => {
  await inPlace(async ({ run, folder }) => {
    const { code, err } = await run(["db", "copy", "--from", "nowhere.db", "--to", "target.db"]);
    assert.equal(code, 3, err);
    assert.deepEqual([await thereIs(join(folder, "nowhere.db")), await thereIs(join(folder, "target.db"))], [
      false,
      false,
    ]);
  });
});

Deno.test("costops db copy refuses a target with usage, with the source's file by another name, and leaves it", async () => {
  await inPlace(async ({ run, folder }) => {
    const [one, other] = [join(folder, "one.db"), join(folder, "other.db")];
    await fill(one, 20);
    await fill(other, 20);
    const before = (await run(["report", "cost", ...PERIOD, "--format", "csv", "--database", other])).out;
    const used = await run(["db", "copy", "--from", one, "--to", other]);
    assert.equal(used.code, 5);
    assert.match(used.err, /it has been used, and has rows in "organizations"; name a new database/);
    assert.equal((await run(["report", "cost", ...PERIOD, "--format", "csv", "--database", other])).out, before);
    await Deno.symlink(one, join(folder, "link.db"));
    const itself = await run(["db", "copy", "--from", one, "--to", join(folder, "link.db")]);
    assert.equal(itself.code, 5);
    assert.match(itself.err, /itself, or a copy of it already/);
  });
});

Deno.test("costops db copy says what to do when a copy differs, and nothing else may use it", async () => {
  await inPlace(async ({ run, folder }) => {
    const [from, to] = [join(folder, "from.db"), join(folder, "to.db")];
    await fill(from, RECORDS);
    await stopCopy(from, to);
    const copied = await run(["db", "copy", "--from", from, "--to", to]);
    assert.equal(copied.code, 1, copied.err);
    assert.match(copied.out, /^usage_identity .* DIFFERENT$/m);
    assert.match(copied.err, /stop it and copy into a new database/);
    const used = await run(["ingest", "--database", to], "{}");
    assert.equal(used.code, 5);
    assert.match(used.err, /a copy into it has not ended/);
  });
});

/** A copy that ends when it is past the identities, and a record that the source gets after that. */
async function stopCopy(from: string, to: string): Promise<void> {
  const source = await openDatabase(from);
  const target = await openDatabase(to, { is_copy_target: true });
  const stop = (rows: number) => {
    if (rows > 30_000) throw new Error("stopped");
  };
  await assert.rejects(() => copyDatabase({ source, target }, stop), { message: "stopped" });
  await source.append([makeOdd(RECORDS + 2, RECORDS)]);
  await target.close();
  await source.close();
}
