/**
 * Stored usage by the number of its page.
 */

import { sql } from "kysely";
import type { CostQuery, TimeRange } from "../core/analytics/query.ts";
import type { RecordSort } from "../core/usage/record_sort.ts";
import { columnOf } from "./costs.ts";
import type { Database } from "./database.ts";
import { type StoredUsage, toStoredUsage } from "./usage.ts";
import { orderUsage } from "./usage_order.ts";

/** Which records. */
export interface UsageSelection {
  readonly organization_id: string;
  readonly range: TimeRange;
  readonly filter: CostQuery["filter"];
}

/** Counts records. */
export async function countUsage(database: Database, selection: UsageSelection): Promise<number> {
  const row = await select(database, selection).select((of) => of.fn.countAll<bigint>().as("records"))
    .executeTakeFirstOrThrow();
  return Number(row.records);
}

/** Records from an offset on, in an order. */
export async function listUsageFrom(
  database: Database,
  { sort, limit, offset, ...selection }: UsageSelection & {
    readonly sort: RecordSort;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<StoredUsage[]> {
  const query = orderUsage(select(database, selection).selectAll("t"), sort);
  const rows = await query.limit(limit).offset(offset).execute();
  return rows.map(toStoredUsage);
}

function select({ scanner }: Database, { organization_id, range, filter }: UsageSelection) {
  let query = scanner.selectFrom("usage as t").where("t.organization_id", "=", organization_id)
    .where("t.timestamp", ">=", BigInt(range.since)).where("t.timestamp", "<", BigInt(range.until));
  for (const [dimension, values] of filter) {
    query = query.where(sql<boolean>`${columnOf(dimension)} in (${sql.join(values)})`);
  }
  return query;
}
