/**
 * Statuses of calls, counted.
 */

import { sql } from "kysely";
import type { Statuses } from "../core/analytics/call_quality.ts";
import type { Dimension } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { isErrorStatus } from "../core/usage/status.ts";
import { columnOf } from "./costs.ts";
import type { Queries } from "./database.ts";
import { type KeptRecords, whereKept } from "./kept_records.ts";

/** How many records of a group say one status. */
export interface StatusCount {
  readonly dimensions: readonly (string | null)[];
  readonly status: string;
  readonly records: bigint;
}

/** Counts the statuses of each group, most records first. Fails with `too_large` beyond LIMITS.query_rows. */
export async function countStatuses(
  queries: Queries,
  kept: KeptRecords,
  group_by: readonly Dimension[],
): Promise<StatusCount[]> {
  const groups = group_by.map((dimension, at) => sql`${columnOf(dimension)} as ${sql.ref(`group_${at}`)}`);
  const names = group_by.map((_, at) => sql.ref(`group_${at}`));
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.join([...groups, sql`t.status as said`, sql`cast(count(*) as bigint) as records`])}
    from usage as t
    where ${whereKept(kept)} and t.status is not null
    group by ${sql.join([...names, sql`t.status`])}
    order by ${sql.join([sql`records desc`, sql`said`, ...names])}
    limit ${LIMITS.query_rows + 1}`.execute(queries);
  if (rows.length > LIMITS.query_rows) {
    throw new CostopsError(
      "too_large",
      `Cannot count more than ${LIMITS.query_rows} statuses: filter, or ask for a shorter period`,
    );
  }
  return rows.map((row) => ({
    dimensions: group_by.map((_, at) => (row[`group_${at}`] as string) || null),
    status: row.said as string,
    records: row.records as bigint,
  }));
}

/** Adds counts up to how many records say a status and how many of those an error; undefined of no counts. */
export function sumStatuses(counts: readonly Pick<StatusCount, "status" | "records">[]): Statuses | undefined {
  if (counts.length === 0) return undefined;
  let records = 0n;
  let errors = 0n;
  for (const count of counts) {
    records += count.records;
    if (isErrorStatus(count.status)) errors += count.records;
  }
  return { records, errors };
}
