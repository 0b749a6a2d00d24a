/**
 * Usage by period and by the groups that matter, with all the others as one: what forecasts are made from.
 */

import { compareByCost, mergeRows, subtractRows } from "../core/analytics/fold.ts";
import type { CostRow } from "../core/analytics/measures.ts";
import type { CostQuery, Dimension } from "../core/analytics/query.ts";
import { readCostsIn } from "./costs.ts";
import type { Queries } from "./database.ts";

/** One group by period. */
export interface GroupHistory {
  /** In the order of the query's `group_by`; undefined is all the groups that have none of their own. */
  readonly dimensions: readonly (string | null)[] | undefined;
  /** By position of the period; what is not there has no records. */
  readonly rows: ReadonlyMap<number, CostRow>;
}

/** All groups by period. */
export interface GroupedHistory {
  /** The largest first. */
  readonly groups: readonly GroupHistory[];
  /** How many groups are in the one that is all the others; 0 when there is none. */
  readonly others: number;
  /** All groups together, a row for each period with records. */
  readonly total: readonly CostRow[];
}

/** How many groups have a history of their own, and which are the largest. */
export interface GroupChoice {
  readonly limit: number;
  /** What a group is ranked by, in the whole range. */
  readonly rank: (row: CostRow) => bigint;
}

/** Reads the periods of a query, `query.buckets`, by group. Fails as `readCosts` does. */
export async function readGroupedHistory(
  queries: Queries,
  query: CostQuery,
  { limit, rank }: GroupChoice,
): Promise<GroupedHistory> {
  if (query.group_by.length === 0) {
    const total = mergeRows(await readCostsIn(queries, query));
    return { groups: [{ dimensions: [], rows: byBucket(total) }], others: 0, total };
  }
  const whole = await readCostsIn(queries, { ...query, buckets: [{ ...query.range, label: "" }] });
  const ranked = whole.map((row) => ({ row, size: rank(row) }))
    .sort((a, b) => a.size > b.size ? -1 : a.size < b.size ? 1 : compareByCost(a.row, b.row)).map(({ row }) => row);
  const largest = ranked.slice(0, limit);
  const isWhole = largest.length === ranked.length;
  const read = await readCostsIn(queries, isWhole ? query : { ...query, filter: narrow(query, largest) });
  const byGroup = Map.groupBy(read, ({ dimensions }) => JSON.stringify(dimensions));
  const groups: GroupHistory[] = largest.map(({ dimensions }) => ({
    dimensions,
    rows: byBucket(byGroup.get(JSON.stringify(dimensions)) ?? []),
  }));
  if (isWhole) return { groups, others: 0, total: mergeRows(read.map((row) => ({ ...row, dimensions: [] }))) };
  const total = mergeRows(await readCostsIn(queries, { ...query, group_by: [] }));
  return {
    groups: [...groups, { dimensions: undefined, rows: subtractRows(byBucket(total), groups.map(({ rows }) => rows)) }],
    others: ranked.length - largest.length,
    total,
  };
}

function byBucket(rows: readonly CostRow[]): Map<number, CostRow> {
  return new Map(rows.map((row) => [row.bucket, row]));
}

/** Only values that some of the groups have, so that as few rows as possible are read beside theirs. */
function narrow({ filter, group_by }: CostQuery, groups: readonly CostRow[]): Map<Dimension, string[]> {
  const narrowed = new Map<Dimension, string[]>([...filter].map(([name, values]) => [name, [...values]]));
  for (const [at, name] of group_by.entries()) {
    narrowed.set(name, [...new Set(groups.map(({ dimensions }) => dimensions[at] ?? ""))]);
  }
  return narrowed;
}
