/**
 * The records of a query that are still there, for what no roll-up tells.
 */

import { type RawBuilder, sql } from "kysely";
import type { CostQuery } from "../core/analytics/query.ts";
import { columnOf } from "./costs.ts";
import type { Queries } from "./database.ts";

/** A query's records from some instant on. */
export interface KeptRecords {
  readonly query: Pick<CostQuery, "organization_id" | "range" | "filter">;
  /** The start of the range, or the instant below which retention has dropped records; milliseconds since 1970 UTC. */
  readonly since: number;
  /** Whether nothing of the range was dropped. */
  readonly isWhole: boolean;
}

/** Finds from when on a query's records are there. */
export async function findKeptRecords(queries: Queries, query: KeptRecords["query"]): Promise<KeptRecords> {
  const mark = await queries.selectFrom("prune_marks").select("before")
    .where("organization_id", "=", query.organization_id).executeTakeFirst();
  const before = Number(mark?.before ?? 0n);
  const isWhole = before <= query.range.since;
  return { query, since: isWhole ? query.range.since : before, isWhole };
}

/** The conditions on a row `t` of the usage table, joined by `and`. */
export function whereKept({ query, since }: KeptRecords): RawBuilder<unknown> {
  const conditions = [
    sql`t.organization_id = ${query.organization_id}`,
    sql`t.timestamp >= ${BigInt(since)}`,
    sql`t.timestamp < ${BigInt(query.range.until)}`,
    ...[...query.filter].map(([dimension, values]) => sql`${columnOf(dimension)} in (${sql.join(values)})`),
  ];
  return sql.join(conditions, sql` and `);
}
