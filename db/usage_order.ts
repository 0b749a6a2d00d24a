/**
 * The orders that records can be listed in, and where a list goes on behind a record.
 */

import { type SelectQueryBuilder, sql } from "kysely";
import type { RecordPosition, RecordSort } from "../core/usage/record_sort.ts";
import type { Tables, UsageTable } from "./tables.ts";

type UsageQuery<Output> = SelectQueryBuilder<Tables & { t: UsageTable }, "t", Output>;

/** Puts records in an order; equal costs are newest first, and what has no cost comes last either way. */
export function orderUsage<Output>(query: UsageQuery<Output>, sort: RecordSort): UsageQuery<Output> {
  if (sort === "timestamp") return query.orderBy("t.timestamp").orderBy("t.id");
  if (sort === "cost_usd") query = query.orderBy("t.cost_nanos", (order) => order.asc().nullsLast());
  if (sort === "-cost_usd") query = query.orderBy("t.cost_nanos", (order) => order.desc().nullsLast());
  return query.orderBy("t.timestamp", "desc").orderBy("t.id", "desc");
}

/** Leaves the records behind a position in their order. */
export function continueUsage<Output>(
  query: UsageQuery<Output>,
  sort: RecordSort,
  { timestamp, id, cost }: RecordPosition,
): UsageQuery<Output> {
  if (sort === "timestamp") return query.where(sql<boolean>`(t.timestamp, t.id) > (${timestamp}, ${id})`);
  const isOlder = sql<boolean>`(t.timestamp, t.id) < (${timestamp}, ${id})`;
  if (sort === "-timestamp") return query.where(isOlder);
  if (cost === null) return query.where("t.cost_nanos", "is", null).where(isOlder);
  const isBehind = sort === "cost_usd" ? sql<boolean>`t.cost_nanos > ${cost}` : sql<boolean>`t.cost_nanos < ${cost}`;
  return query.where((is) =>
    is.or([isBehind, is.and([is("t.cost_nanos", "=", cost), isOlder]), is("t.cost_nanos", "is", null)])
  );
}
