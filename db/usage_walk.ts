/**
 * Walks stored usage from the first row to the last, page by page, in constant memory.
 */

import { sql } from "kysely";
import type { CostQuery, TimeRange } from "../core/analytics/query.ts";
import { LIMITS } from "../core/limits.ts";
import { columnOf } from "./costs.ts";
import type { Queries } from "./database.ts";
import type { UsageRow } from "./usage.ts";

/** Which rows; all of them when nothing is given. */
export interface UsageSelection {
  readonly organization_id?: string;
  readonly range?: TimeRange;
  readonly filter?: CostQuery["filter"];
}

/** Gives the rows in the order of their key, in pages of at most `LIMITS.append_records`. */
export async function* walkUsage(queries: Queries, selection: UsageSelection): AsyncGenerator<UsageRow[]> {
  let last: UsageRow | undefined;
  do {
    const rows = await readPage(queries, { selection, last });
    if (rows.length > 0) yield rows;
    last = rows.length < LIMITS.append_records ? undefined : rows.at(-1);
  } while (last !== undefined);
}

function readPage(
  queries: Queries,
  { selection, last }: { readonly selection: UsageSelection; readonly last: UsageRow | undefined },
): Promise<UsageRow[]> {
  const { organization_id, range, filter } = selection;
  let query = queries.selectFrom("usage as t").selectAll("t");
  if (organization_id !== undefined) query = query.where("t.organization_id", "=", organization_id);
  if (range !== undefined) {
    query = query.where("t.timestamp", ">=", BigInt(range.since)).where("t.timestamp", "<", BigInt(range.until));
  }
  for (const [dimension, values] of filter ?? []) {
    query = query.where(sql<boolean>`${columnOf(dimension)} in (${sql.join(values)})`);
  }
  if (last !== undefined) {
    const key = sql`(${last.organization_id}, ${last.timestamp}, ${last.id})`;
    query = query.where(sql<boolean>`(t.organization_id, t.timestamp, t.id) > ${key}`);
  }
  return query.orderBy("t.organization_id").orderBy("t.timestamp").orderBy("t.id").limit(LIMITS.append_records)
    .execute();
}
