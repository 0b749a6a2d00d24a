/**
 * Corrections of roll-ups, for records that are deleted or priced again.
 */

import { sql } from "kysely";
import type { Queries } from "./database.ts";
import { type Rollup, ROLLUP_DIMENSIONS, ROLLUP_MEASURES, type RollupChange, ROLLUPS } from "./rollups.ts";

/**
 * Adds signed changes to every roll-up, within the transaction of `queries`; a line without requests is removed.
 * The lines are there already, since the records they sum are: a constraint fails the transaction when they are not.
 */
export async function adjustRollups(queries: Queries, changes: readonly RollupChange[]): Promise<void> {
  for (const rollup of ROLLUPS) {
    for (const change of sumChanges(rollup, changes)) {
      await updateLine(queries, { rollup, change });
    }
  }
}

async function updateLine(
  queries: Queries,
  { rollup, change }: { rollup: Rollup; change: RollupChange },
): Promise<void> {
  const table = sql.table(rollup.table);
  const start = change.timestamp - (change.timestamp % rollup.width_ms);
  const keys = [...ROLLUP_DIMENSIONS, ...(rollup.has_user ? (["user_id"] as const) : [])];
  const where = sql.join(
    [
      sql`organization_id = ${change.organization_id}`,
      sql`start = ${start}`,
      ...keys.map((key) => sql`${sql.ref(key)} = ${change[key]}`),
    ],
    sql` and `,
  );
  const sums = ROLLUP_MEASURES.map((name) => sql`${sql.ref(name)} = ${sql.ref(name)} + ${change[name]}`);
  const { numAffectedRows } = await sql`update ${table} set ${sql.join(sums)} where ${where}`.execute(queries);
  if (numAffectedRows !== 1n) throw new Error(`no line of ${rollup.table} for a stored record at ${start}`);
  await sql`delete from ${table} where ${where} and requests = 0`.execute(queries);
}

/** One change for each line that is touched, in the order of their keys. */
function sumChanges(rollup: Rollup, changes: readonly RollupChange[]): RollupChange[] {
  const sums = new Map<string, RollupChange>();
  for (const change of changes) {
    const start = change.timestamp - (change.timestamp % rollup.width_ms);
    const key = [
      change.organization_id,
      start,
      ...ROLLUP_DIMENSIONS.map((name) => change[name]),
      rollup.has_user ? change.user_id : "",
    ].join("\0");
    const before = sums.get(key);
    sums.set(key, before === undefined ? change : addChanges(before, change));
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
}

function addChanges(one: RollupChange, other: RollupChange): RollupChange {
  const sums = Object.fromEntries(ROLLUP_MEASURES.map((name) => [name, one[name] + other[name]]));
  return { ...one, ...sums };
}
