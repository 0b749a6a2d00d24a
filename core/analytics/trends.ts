/**
 * Trends: cost by period with its moving average, its changes, and what moved it.
 */

import type { Usd } from "../money.ts";
import type { Cell, Report, ReportColumn } from "../report/report.ts";
import { coverageOf, reportHead, type ReportInput, titleOf } from "./build_report.ts";
import { previousFigures } from "./compare_groups.ts";
import { CHANGE_COLUMNS, changeCells, costOrZero, pairRows, sumPairs } from "./compare_periods.ts";
import { mergeRows, NO_MEASURES, sumRows, totalTokens } from "./fold.ts";
import type { CostRow } from "./measures.ts";
import { findMovers, type MoversOptions } from "./movers.ts";
import type { TrendPeriod, TrendPeriods } from "./periods.ts";
import type { TimeRange } from "./query.ts";
import { averageUsd } from "./ratio.ts";

/** What a trend is made of. */
export interface TrendsInput extends ReportInput {
  /** The query has the interval and the buckets of this plan; its range is the plan's. */
  readonly plan: TrendPeriods;
  /** The start of the first UTC day with any usage of the organization; null when there is none. */
  readonly first_day: number | null;
  /** Rows by the movers' dimension, of the range and of the one before. */
  readonly movers: MoversOptions & {
    readonly previous_range: TimeRange;
    readonly rows: Iterable<CostRow>;
    readonly previous_rows: Iterable<CostRow>;
  };
}

const WEEKDAY_COLUMNS: readonly ReportColumn[] = [
  { name: "same_weekday_cost_usd", type: "usd" },
  { name: "same_weekday_change_usd", type: "usd" },
  { name: "same_weekday_change_percent", type: "thousandths" },
];

/**
 * Reports cost by period: requests, tokens, cost, moving average, the change since the period before and, of days and
 * hours, since the same one a week earlier; every period that has begun has a row. The summary compares the whole range
 * with the one before, and the table `movers` says by which groups it changed.
 *
 * A period without records cost 0, one with only unpriced records is unknown, and so is what is worked out from it. The
 * moving average is the sum of the window's costs over their number, rounded half to even to a nano-dollar; it is null
 * where the window reaches to before the first usage there is, or the period has not ended.
 */
export function buildTrendsReport(input: TrendsInput): Report {
  const { query, plan, movers } = input;
  const found = new Map(mergeRows(input.rows).map((row) => [row.bucket, row]));
  const read = (bucket: number): CostRow =>
    found.get(bucket) ?? { bucket, dimensions: [], measures: NO_MEASURES, units: {} };
  const isShown = ({ bucket }: TrendPeriod) => plan.buckets[bucket]!.since <= input.now || found.has(bucket);
  const shown = plan.periods.slice(0, plan.periods.findLastIndex(isShown) + 1);
  const hasWeekday = query.interval === "day" || query.interval === "hour";
  const whole = sumRows(shown.map(({ bucket }) => read(bucket)));
  const pairs = pairRows(mergeRows(movers.rows), mergeRows(movers.previous_rows));
  const [previous_cost, change, change_percent] = changeCells(sumPairs(pairs));
  return {
    report: {
      ...reportHead(input, { type: "trends", title: titleOf("Cost trend", query) }),
      summary: {
        ...previousFigures(movers.previous_range, query.tz),
        previous_cost_usd: { value: previous_cost, type: "usd" },
        change_usd: { value: change, type: "usd" },
        change_percent: { value: change_percent, type: "thousandths" },
      },
      tables: { movers: findMovers(pairs, movers) },
    },
    columns: columnsOf(input, hasWeekday),
    rows: shown.map((period) => [
      plan.buckets[period.bucket]!.label,
      ...measureCells(read(period.bucket)),
      movingAverage(period, { read, input }),
      ...changesSince(read(period.bucket), period.previous, read),
      ...(hasWeekday ? changesSince(read(period.bucket), period.same_weekday, read) : []),
    ]),
    totals: Object.fromEntries(measureCells(whole).map((cell, at) => [MEASURED[at]!.name, cell])),
    coverage: coverageOf(whole.measures),
  };
}

const MEASURED: readonly ReportColumn[] = [
  { name: "requests", type: "integer" },
  { name: "total_tokens", type: "integer" },
  { name: "cost_usd", type: "usd" },
  { name: "unpriced_records", type: "integer" },
];

function columnsOf({ query }: TrendsInput, hasWeekday: boolean): ReportColumn[] {
  return [
    { name: query.interval!, type: "time" },
    ...MEASURED,
    { name: "moving_average_usd", type: "usd" },
    ...CHANGE_COLUMNS,
    ...(hasWeekday ? WEEKDAY_COLUMNS : []),
  ];
}

function measureCells({ measures }: CostRow): Cell[] {
  return [measures.requests, totalTokens(measures), costOrZero(measures), measures.unpriced_records];
}

type ReadBucket = (bucket: number) => CostRow;

function changesSince(current: CostRow, other: number | null, read: ReadBucket): Cell[] {
  return other === null ? [null, null, null] : changeCells({ current, previous: read(other) });
}

function movingAverage(
  { averaged }: TrendPeriod,
  { read, input }: { readonly read: ReadBucket; readonly input: TrendsInput },
): Usd | null {
  const { plan, first_day } = input;
  if (averaged === null || first_day === null || plan.buckets[averaged.at(-1)!]!.until <= first_day) return null;
  let sum = 0n;
  for (const bucket of averaged) {
    const cost = costOrZero(read(bucket).measures);
    if (cost === null) return null;
    sum += cost;
  }
  return averageUsd(sum as Usd, BigInt(averaged.length));
}
