import assert from "node:assert/strict";
import { ROLES } from "../../../core/access.ts";
import { pruneUsage } from "../../../db/prune.ts";
import { createEnvironment } from "../../../server/environment.ts";
import { perform } from "../../../server/operations/operation.ts";
import { listRecords } from "../../../server/operations/usage.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { makeEntry } from "../../db/records.ts";

const MARK = Date.UTC(2026, 0, 6);

forEachDatabase(
  "a list refuses a period whose records retention has dropped, and begins after it when none is asked for",
  async ({
    open,
  }) => {
    const database = await open();
    await database.append([
      makeEntry({ id: "dropped", timestamp: MARK - 1 }),
      makeEntry({ id: "kept", timestamp: MARK }),
      makeEntry({ id: "of another", organization_id: "other", timestamp: MARK - 1 }),
    ]);
    const dropped = { organization_id: "default", before: MARK, is_preview: false, actor: "test", now: MARK + 1 };
    await pruneUsage(database, dropped);
    const environment = { ...createEnvironment(database), now: () => Date.UTC(2026, 0, 20) };
    const list = async (query: { since?: string; start_date?: string; organization_id?: string }) => {
      const principal = {
        actor: "user:ann",
        organization_id: query.organization_id ?? "default",
        is_super_admin: false,
        permissions: new Set(ROLES.viewer),
      };
      const byPosition = await perform(listRecords, { environment, principal }, { ...query, limit: 10 });
      const byNumber = await perform(listRecords, { environment, principal }, { ...query, page: 1, page_size: 10 });
      assert.deepEqual(byNumber.data, byPosition.data);
      return byPosition.data.map(({ id }) => id);
    };
    const refused = {
      kind: "beyond_retention",
      message: "Cannot list records from before 2026-01-06T00:00:00.000Z: retention has dropped them; " +
        "ask for a period from then on",
    };
    await assert.rejects(list({ since: "2026-01-05" }), refused);
    await assert.rejects(list({ start_date: "2026-01-05T23:59:59.999Z" }), refused);
    assert.deepEqual(await list({ since: "2026-01-06" }), ["kept"]);
    assert.deepEqual(await list({}), ["kept"]);
    assert.deepEqual(await list({ since: "2026-01-01", organization_id: "other" }), ["of another"]);
  },
);
