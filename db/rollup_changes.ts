/**
 * Corrections of roll-ups, for records that are deleted or priced again.
 */

import { type QueryResult, type RawBuilder, sql } from "kysely";
import type { Queries } from "./database.ts";
import { type Rollup, ROLLUP_DIMENSIONS, ROLLUP_MEASURES, type RollupChange, ROLLUPS } from "./rollups.ts";

/**
 * Adds signed changes to every roll-up, within the transaction of `queries`; a line without records is removed.
 * The lines are there already, since the records they sum are: a constraint fails the transaction when they are not.
 */
export async function adjustRollups(queries: Queries, changes: readonly RollupChange[]): Promise<void> {
  for (const rollup of ROLLUPS) {
    const statements = prepareLines(queries, rollup);
    for (const change of sumChanges(rollup, changes)) await updateLine(statements, { rollup, change });
  }
}

async function updateLine({ update, remove }: LineStatements, { rollup, change }: LineChange): Promise<void> {
  const start = change.timestamp - (change.timestamp % rollup.width_ms);
  const key = [change.organization_id, start, ...keysOf(rollup).map((name) => change[name])];
  const sums = ROLLUP_MEASURES.map((name) => change[name]);
  const { numAffectedRows } = await update([...sums, ...key]);
  if (numAffectedRows !== 1n) throw new Error(`no line of ${rollup.table} for a stored record at ${start}`);
  if (change.records < 0n) await remove(key);
}

interface LineChange {
  readonly rollup: Rollup;
  readonly change: RollupChange;
}

type Run = (parameters: readonly unknown[]) => Promise<QueryResult<unknown>>;

/** The statements of one roll-up, compiled once: making them anew for every line took most of a reprice. */
interface LineStatements {
  readonly update: Run;
  readonly remove: Run;
}

function prepareLines(queries: Queries, rollup: Rollup): LineStatements {
  const table = sql.table(rollup.table);
  const keys = ["organization_id", "start", ...keysOf(rollup)];
  const where = sql.join(keys.map((name) => sql`${sql.ref(name)} = ${null}`), sql` and `);
  const sums = sql.join(ROLLUP_MEASURES.map((name) => sql`${sql.ref(name)} = ${sql.ref(name)} + ${null}`));
  const prepare = (statement: RawBuilder<unknown>): Run => {
    const compiled = statement.compile(queries);
    return (parameters) => queries.executeQuery({ ...compiled, parameters });
  };
  return {
    update: prepare(sql`update ${table} set ${sums} where ${where}`),
    remove: prepare(sql`delete from ${table} where ${where} and records = 0`),
  };
}

function keysOf({ has_user }: Rollup): readonly (typeof ROLLUP_DIMENSIONS[number] | "user_id")[] {
  return has_user ? [...ROLLUP_DIMENSIONS, "user_id"] : ROLLUP_DIMENSIONS;
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
