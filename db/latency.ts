/**
 * Percentiles of latencies, by nearest rank, worked out by the database from counts of equal latencies.
 */

import { type RawBuilder, sql } from "kysely";
import { type Latencies, type Percentile, PERCENTILES } from "../core/analytics/call_quality.ts";
import type { Dimension } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { columnOf } from "./costs.ts";
import type { Queries } from "./database.ts";
import { type KeptRecords, whereKept } from "./kept_records.ts";

/** The latencies of one group. */
export interface GroupLatencies {
  readonly dimensions: readonly (string | null)[];
  readonly latencies: Latencies;
}

/** Latencies of each group that says any, and of all records together; undefined when none says one. */
export interface LatencyAnswer {
  readonly groups: readonly GroupLatencies[];
  readonly whole: Latencies | undefined;
}

/** Reads latencies by group. Fails with `too_large` beyond LIMITS.query_rows groups. */
export async function readLatencies(
  queries: Queries,
  kept: KeptRecords,
  group_by: readonly Dimension[],
): Promise<LatencyAnswer> {
  const names = group_by.map((_, at) => sql.ref(`group_${at}`));
  const list = (...parts: RawBuilder<unknown>[]) => sql.join([...parts, ...names]);
  const groups = group_by.map((dimension, at) => sql`${columnOf(dimension)} as ${sql.ref(`group_${at}`)}`);
  const nothing = group_by.map(() => sql`''`);
  // The rank of the p-th percentile of n is n x p / 100, rounded up; whole numbers divide to whole numbers on both.
  const percentiles = PERCENTILES.map((percentile) =>
    sql`min(case when upto >= (counted * ${sql.lit(percentile)} + 99) / 100 then latency_ms end)
      as ${sql.ref(`p${percentile}`)}`
  );
  const { rows } = await sql<Record<string, unknown>>`
    with counts as materialized (
      select ${sql.join([...groups, sql`t.latency_ms as latency_ms`, sql`cast(count(*) as bigint) as records`])}
      from usage as t
      where ${whereKept(kept)} and t.latency_ms is not null
      group by ${list(sql`t.latency_ms`)}
    ), with_whole as (
      select ${list(sql`0 as is_whole`)}, latency_ms, records from counts
      union all
      select ${sql.join([sql`1`, ...nothing])}, latency_ms, cast(sum(records) as bigint) from counts group by latency_ms
    ), running as (
      select ${list(sql`is_whole`)}, latency_ms,
        cast(sum(records) over (partition by ${list(sql`is_whole`)} order by latency_ms) as bigint) as upto,
        cast(sum(records) over (partition by ${list(sql`is_whole`)}) as bigint) as counted
      from with_whole
    )
    select ${list(sql`cast(is_whole as bigint) as is_whole`)}, counted as records, ${sql.join(percentiles)}
    from running
    group by ${list(sql`is_whole`)}, counted
    order by is_whole desc
    limit ${LIMITS.query_rows + 2}`.execute(queries);
  if (rows.length > LIMITS.query_rows + 1) {
    throw new CostopsError(
      "too_large",
      `Cannot compare more than ${LIMITS.query_rows} groups: filter, or ask for a shorter period`,
    );
  }
  const whole = rows.find((row) => row.is_whole === 1n);
  return {
    whole: whole === undefined ? undefined : toLatencies(whole),
    groups: rows.filter((row) => row.is_whole === 0n).map((row) => ({
      dimensions: group_by.map((_, at) => (row[`group_${at}`] as string) || null),
      latencies: toLatencies(row),
    })),
  };
}

function toLatencies(row: Record<string, unknown>): Latencies {
  const percentiles = PERCENTILES.map((percentile) => [percentile, row[`p${percentile}`] as bigint]);
  return { records: row.records as bigint, percentiles: Object.fromEntries(percentiles) as Record<Percentile, bigint> };
}
