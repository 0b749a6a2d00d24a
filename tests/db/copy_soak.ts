import assert from "node:assert/strict";
import { join } from "node:path";
import { proveCopy } from "../../db/copy_proof.ts";
import { openDatabase } from "../../db/database.ts";
import { copyWithKills } from "../cli/killed_copy.ts";
import { inPlace } from "../cli/program.ts";
import { fillDatabase } from "./copied_usage.ts";
import { withEmptyPostgresDatabase } from "./postgres_place.ts";

const RECORDS = 1_000_000;
const KILLS = 4;

Deno.test("costops db copy: 1,000,000 records to Postgres and back, killed and gone on with, are the same", async () => {
  await withEmptyPostgresDatabase((server) =>
    inPlace(async (place) => {
      const [first, last] = [join(place.folder, "first.db"), join(place.folder, "last.db")];
      const source = await openDatabase(first);
      await fillDatabase(source, RECORDS);
      for (const [from, to] of [[first, server], [server, last]] as const) {
        const { last: ended, half_copies } = await copyWithKills(place, { from, to, kills: KILLS, steps: 20 });
        assert.equal(ended.code, 0, ended.out + ended.err);
        assert.ok(half_copies > 0, "no kill came in the middle");
        assert.equal(JSON.parse(ended.out).is_same, true);
      }
      const target = await openDatabase(last);
      const proof = await proveCopy({ source, target }, () => {});
      assert.deepEqual([proof.is_same, proof.is_sound], [true, true]);
      await target.close();
      await source.close();
    })
  );
});
