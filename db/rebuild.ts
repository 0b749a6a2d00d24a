/**
 * Makes the roll-ups anew from the rows they sum.
 */

import { sql } from "kysely";
import { recordAudit } from "./audit.ts";
import { RECORD_MEASURES } from "./costs.ts";
import type { Database } from "./database.ts";
import { keysOf, type Rollup, ROLLUP_DIMENSIONS, ROLLUP_MEASURES, ROLLUPS } from "./rollups.ts";

/**
 * Replaces every line of every roll-up by the sums of its rows, all in one transaction with its audit entry. Lines below
 * an organization's prune mark are kept as they are: their rows are gone.
 */
export async function rebuildRollups(
  database: Database,
  { actor, now }: { readonly actor: string; readonly now: number },
): Promise<void> {
  await database.write(async (queries) => {
    for (const rollup of ROLLUPS) {
      const table = sql.table(rollup.table);
      await sql`delete from ${table} where start >= coalesce(
        (select m.before from prune_marks as m where m.organization_id = ${table}.organization_id), 0)`.execute(
        queries,
      );
      await sql`insert into ${table} (${columnsOf(rollup)}) ${sumsOf(rollup)}`.execute(queries);
    }
    await recordAudit(queries, { organization_id: "", at: now, actor, action: "rollups.rebuild", detail: {} });
  }, { usage_of: "all organizations" });
}

function columnsOf(rollup: Rollup) {
  return sql.join([...keysOf(rollup), ...ROLLUP_MEASURES].map((name) => sql.ref(name)));
}

function sumsOf({ width_ms, has_user }: Rollup) {
  const start = sql`t.timestamp - t.timestamp % ${sql.lit(width_ms)}`;
  const dimensions = [...ROLLUP_DIMENSIONS, ...(has_user ? ["user_id"] : [])].map((name) => sql`t.${sql.ref(name)}`);
  const keys = sql.join([sql`t.organization_id`, start, ...dimensions]);
  const sums = sql.join(ROLLUP_MEASURES.map((name) => sql`cast(sum(${RECORD_MEASURES[name]}) as bigint)`));
  return sql`select ${keys}, ${sums} from usage as t
    left join prune_marks as m on m.organization_id = t.organization_id
    where t.timestamp >= coalesce(m.before, 0)
    group by ${keys}`;
}
