/**
 * Costs and usage over time, with what an ordinary period and the busiest one look like.
 */

import type { Figure, Report } from "../report/report.ts";
import {
  assembleReport,
  COST_COLUMNS,
  type MeasureColumn,
  type ReportInput,
  titleOf,
  TOKEN_COLUMNS,
  unitColumn,
} from "./build_report.ts";
import { costOrZero } from "./compare_periods.ts";
import { compareByCost, compareByTokens, knownCost, mergeRows, NO_MEASURES, sumRows, totalTokens } from "./fold.ts";
import type { CostRow } from "./measures.ts";
import type { CostQuery } from "./query.ts";
import { averageOf, averageUsd } from "./ratio.ts";

/** The columns of money where a period without any record cost 0, which is known. */
const SERIES_COST_COLUMNS: readonly MeasureColumn[] = COST_COLUMNS.map((column) =>
  column.name === "cost_usd" ? { ...column, read: ({ measures }) => costOrZero(measures) } : column
);

/**
 * Reports costs by period, with a summary of it: how many periods, the average of one, the one that cost most. Takes a
 * query with an interval. Without other dimensions every period that has begun has a row, also an empty one.
 */
export function buildCostSeries(input: ReportInput): Report {
  const rows = fillPeriods(input).sort(compareByCost);
  const columns = [...TOKEN_COLUMNS, ...SERIES_COST_COLUMNS, ...input.query.units.map(unitColumn)];
  const report = assembleReport(input, { type: "cost_series", title: titleOf("Cost", input.query), columns, rows });
  return withSummary(report, { rows, input, measure: "cost_usd" });
}

/** Reports usage by period, as {@link buildCostSeries} does costs; its busiest period is the one of most tokens. */
export function buildUsageSeries(input: ReportInput): Report {
  const rows = fillPeriods(input).sort(compareByTokens);
  const columns = [...TOKEN_COLUMNS, ...input.query.units.map(unitColumn)];
  const report = assembleReport(input, { type: "usage_series", title: titleOf("Usage", input.query), columns, rows });
  return withSummary(report, { rows, input, measure: "total_tokens" });
}

/** How many of a query's periods count: those that have begun, and any later one that has records already. */
export function countPeriods(
  { buckets }: Pick<CostQuery, "buckets">,
  { rows, now }: Pick<ReportInput, "rows" | "now">,
) {
  let count = buckets.filter(({ since }) => since <= now).length;
  for (const { bucket } of rows) count = Math.max(count, bucket + 1);
  return count;
}

function fillPeriods(input: ReportInput): CostRow[] {
  const rows = mergeRows(input.rows);
  if (input.query.group_by.length > 0) return rows;
  const empty = { dimensions: [], measures: NO_MEASURES, units: {} };
  const found = new Map(rows.map((row) => [row.bucket, row]));
  const count = countPeriods(input.query, { rows, now: input.now });
  return Array.from({ length: count }, (_, bucket) => found.get(bucket) ?? { ...empty, bucket });
}

interface SeriesRows {
  readonly rows: readonly CostRow[];
  readonly input: ReportInput;
  readonly measure: "cost_usd" | "total_tokens";
}

function withSummary(report: Report, { rows, input, measure }: SeriesRows): Report {
  const { measures } = sumRows(rows);
  const periods = BigInt(countPeriods(input.query, { rows, now: input.now }));
  const busiest = findBusiest(rows, measure);
  const label = busiest === undefined ? null : input.query.buckets[busiest.bucket]!.label;
  const average = measure === "cost_usd"
    ? averageUsd(costOrZero(measures), periods)
    : averageOf(totalTokens(measures), periods);
  const types = measure === "cost_usd" ? ["usd", "usd"] as const : ["thousandths", "integer"] as const;
  const summary: Record<string, Figure> = {
    periods: { value: periods, type: "integer" },
    average_requests: { value: averageOf(measures.requests, periods), type: "thousandths" },
    [`average_${measure}`]: { value: average, type: types[0] },
    busiest_period: { value: label, type: "time" },
    [`busiest_${measure}`]: { value: busiest?.value ?? null, type: types[1] },
  };
  return { ...report, report: { ...report.report, summary } };
}

/** The period of the greatest sum, the earliest of equals; undefined when no period has any. */
function findBusiest(rows: readonly CostRow[], measure: SeriesRows["measure"]) {
  const sums = new Map<number, bigint>();
  for (const { bucket, measures } of rows) {
    const value = measure === "cost_usd" ? knownCost(measures) ?? 0n : totalTokens(measures);
    sums.set(bucket, (sums.get(bucket) ?? 0n) + value);
  }
  let busiest: { bucket: number; value: bigint } | undefined;
  for (const [bucket, value] of [...sums].sort(([a], [b]) => a - b)) {
    if (value > (busiest?.value ?? 0n)) busiest = { bucket, value };
  }
  return busiest;
}
