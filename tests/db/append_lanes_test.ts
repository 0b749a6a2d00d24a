import assert from "node:assert/strict";
import { AppendLanes } from "../../db/append_lanes.ts";
import { openDatabase } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { isPostgresExpected, withPostgresDatabase } from "./postgres_place.ts";
import { makeEntry } from "./records.ts";

if (isPostgresExpected()) {
  Deno.test("append() of one organization does not wait for a change to another's usage, on Postgres", () =>
    withPostgresDatabase(async (url) => {
      const database = await openDatabase(url);
      await createOrganization(database, { id: "other", name: "other" }, { actor: "test", now: 0 });
      const held = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const change = database.write(async () => {
        begun.resolve();
        await held.promise;
      }, { usage_of: "default" });
      await begun.promise;
      const log: string[] = [];
      const waiting = database.append([makeEntry()]).then(() => log.push("default"));
      await database.append([makeEntry({ organization_id: "other" })]);
      log.push("other");
      held.resolve();
      await Promise.all([change, waiting]);
      assert.deepEqual(log, ["other", "default"]);
      await database.close();
    }));
}

Deno.test("AppendLanes.append() keeps one organization's appends in their order, and bounds how many commit at once", async () => {
  const committed: string[] = [];
  let running = 0;
  let most = 0;
  const lanes = new AppendLanes(async (entries) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    committed.push(...entries.map(({ record }) => `${record.organization_id}/${record.id}`));
    running--;
    return entries.map(() => ({ outcome: "inserted" }));
  }, 2);
  const names = ["a", "b", "c", "d"];
  for (const id of ["1", "2", "3"]) {
    await Promise.all(names.map((organization_id) => lanes.append([makeEntry({ organization_id, id })])));
  }
  await lanes.drain();
  assert.equal(most, 2);
  for (const name of names) {
    assert.deepEqual(committed.filter((text) => text.startsWith(name)), [`${name}/1`, `${name}/2`, `${name}/3`]);
  }
});
