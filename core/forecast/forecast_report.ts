/**
 * A forecast as a report: a row for each period and group, what it rests on, and how earlier forecasts came out.
 */

import { coverageOf, reportHead, titleOf } from "../analytics/build_report.ts";
import { compareText } from "../analytics/compare_text.ts";
import { NO_MEASURES, sumRows } from "../analytics/fold.ts";
import type { CostRow } from "../analytics/measures.ts";
import type { CostQuery, Interval, TimeBucket } from "../analytics/query.ts";
import { toRatioCell, toThousandths } from "../report/cell.ts";
import type { Cell, Figure, Report, ReportColumn, SideTable } from "../report/report.ts";
import { formatInstant } from "../time.ts";
import type { Forecast } from "./forecast.ts";
import type { Expected, GroupForecast } from "./group_forecast.ts";
import { columnTypes, type ForecastMeasure, readMeasure, sumCells, toExpectedCell } from "./measure.ts";
import type { MonthFigures } from "./month_end.ts";
import type { PriceChange } from "./price_index.ts";
import type { Source, UsageSeries } from "./usage_series.ts";

/** A group with its forecast. */
export interface ForecastGroup {
  /** In the order of the query's `group_by`. */
  readonly dimensions: readonly (string | null)[];
  readonly forecast: GroupForecast;
  /** Of all of the group as one series: its method and its errors. */
  readonly whole: Forecast;
  readonly series: UsageSeries;
}

/** What a report of a forecast is made of. */
export interface ForecastReportInput {
  /** Of the history; its range is that of the periods that are forecast. */
  readonly query: CostQuery & { readonly interval: Interval };
  readonly measure: ForecastMeasure;
  readonly level: number;
  /** What carries the forecast: what was spent, or what was used at the prices of each period. */
  readonly driver: "cost" | "usage";
  readonly history: readonly TimeBucket[];
  readonly future: readonly TimeBucket[];
  readonly source: Source;
  /** All groups together, a row for each period of the history that has any. */
  readonly history_rows: readonly CostRow[];
  /** Undefined when there is nothing to forecast from. */
  readonly total: ForecastGroup | undefined;
  /** Empty when the query has no grouping. */
  readonly groups: readonly ForecastGroup[];
  readonly price_changes: readonly PriceChange[];
  readonly month: MonthFigures | null;
  /** Sentences without their end. */
  readonly warnings: readonly string[];
  readonly now: number;
  readonly price_book: string;
}

/** Periods of the history that stand beside a forecast, for charts: a quarter of days. */
const SHOWN_HISTORY = 92;

/** The dimension of the groups that are one together. */
export const OTHER = "(other)";

/**
 * Reports a forecast. What is expected are statistics: rounded to the decimals of their columns, of which the rows of a
 * period add up to its total to the last digit.
 */
export function buildForecastReport(input: ForecastReportInput): Report {
  const { query, measure, future, total, groups, price_changes, warnings } = input;
  const shown = groups.length > 0 ? groups : total === undefined ? [] : [{ ...total, dimensions: [] }];
  const columns = [timeColumn(query), ...groupColumns(query), ...expectedColumns(measure)];
  const rows = future.flatMap((period, at) => rowsOf(shown, { period, at, measure }));
  const mean = sumCells(rows.map((row) => row[columns.length - 3]!));
  const end = total?.forecast.sums.at(-1);
  const totals = end === undefined ? [] : cellsOf(end, measure, mean);
  const tables: Record<string, SideTable> = {
    ...(groups.length === 0 ? {} : { total: totalTable(input, { rows, columns }), groups: groupTable(input) }),
    ...(price_changes.length === 0 ? {} : { price_changes: changeTable(input) }),
  };
  const title = titleOf(measure === "cost_usd" ? "Cost forecast" : "Usage forecast", query);
  return {
    report: {
      ...reportHead(input, {
        type: measure === "cost_usd" ? "cost_forecast" : "usage_forecast",
        title,
      }),
      ...(total === undefined ? {} : { summary: { ...input.month, ...summarize(input, total) } }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(Object.keys(tables).length === 0 ? {} : { tables }),
      ...(input.history.length === 0 ? {} : { history: historyTable(input) }),
    },
    columns,
    rows,
    totals: Object.fromEntries(expectedColumns(measure).map(({ name }, at) => [name, totals[at] ?? null])),
    coverage: coverageOf(sumRows(input.history_rows).measures),
  };
}

function timeColumn({ interval }: { readonly interval: Interval }): ReportColumn {
  return { name: interval, type: "time" };
}

function groupColumns({ group_by }: CostQuery): ReportColumn[] {
  return group_by.map((name) => ({ name, type: "text" }));
}

function expectedColumns(measure: ForecastMeasure): ReportColumn[] {
  const type = columnTypes(measure).expected;
  return ["mean", "lower", "upper"].map((kind) => ({ name: `${kind}_${measure}`, type }));
}

/** Rounded bounds never cross the rounded mean. */
function cellsOf({ mean, lower, upper }: Expected, measure: ForecastMeasure, shown?: bigint): [bigint, bigint, bigint] {
  const [low, middle, high] = [lower, mean, upper].map((value) => toExpectedCell(value, measure));
  const centre = shown ?? middle!;
  return [centre, low! < centre ? low! : centre, high! > centre ? high! : centre];
}

function rowsOf(
  groups: readonly ForecastGroup[],
  { period, at, measure }: { readonly period: TimeBucket; readonly at: number; readonly measure: ForecastMeasure },
): Cell[][] {
  return groups
    .map(({ dimensions, forecast }) => ({ dimensions, cells: cellsOf(forecast.periods[at]!, measure) }))
    .sort((one, other) =>
      one.cells[0] === other.cells[0]
        ? compareNames(one.dimensions, other.dimensions)
        : one.cells[0] > other.cells[0]
        ? -1
        : 1
    )
    .map(({ dimensions, cells }) => [period.label, ...dimensions, ...cells]);
}

function compareNames(one: readonly (string | null)[], other: readonly (string | null)[]): number {
  return one.reduce((order, name, at) => order || compareText(name, other[at] ?? null), 0);
}

function totalTable(
  { query, measure, future, total }: ForecastReportInput,
  { rows, columns }: { readonly rows: readonly (readonly Cell[])[]; readonly columns: readonly ReportColumn[] },
): SideTable {
  const means = Map.groupBy(rows, ([period]) => period as string);
  return {
    columns: [timeColumn(query), ...expectedColumns(measure)],
    rows: future.map(({ label }, at) => {
      const mean = sumCells((means.get(label) ?? []).map((row) => row[columns.length - 3]!));
      return [label, ...cellsOf(total!.forecast.periods[at]!, measure, mean)];
    }),
  };
}

const GROUP_COLUMNS: readonly ReportColumn[] = [
  { name: "method", type: "text" },
  { name: "seasonality", type: "text" },
  { name: "history_periods", type: "integer" },
  { name: "missing_periods", type: "integer" },
  { name: "mase", type: "thousandths" },
  { name: "smape_percent", type: "thousandths" },
  { name: "coverage_ratio", type: "ratio" },
];

const WARNING_COLUMN: ReportColumn = { name: "warnings", type: "text" };

function groupTable({ query, measure, groups }: ForecastReportInput): SideTable {
  const hasWarnings = groups.some(({ whole }) => whole.warnings.length > 0);
  return {
    columns: [
      ...groupColumns(query),
      ...expectedColumns(measure),
      ...GROUP_COLUMNS,
      ...(hasWarnings ? [WARNING_COLUMN] : []),
    ],
    rows: groups.map(({ dimensions, forecast, whole, series }) => [
      ...dimensions,
      ...cellsOf(
        forecast.sums.at(-1)!,
        measure,
        sumCells(forecast.periods.map(({ mean }) => toExpectedCell(mean, measure))),
      ),
      whole.method,
      describeSeasons(whole, query.interval),
      BigInt(series.values.length),
      BigInt(series.missing),
      ...backtestCells(whole),
      ...(hasWarnings ? [whole.warnings.length === 0 ? null : whole.warnings.join("; ")] : []),
    ]),
  };
}

function backtestCells({ backtest }: Forecast): [Cell, Cell, Cell] {
  const { mase = null, smape = null, coverage = null } = backtest ?? {};
  return [
    mase === null ? null : toThousandths(mase),
    smape === null ? null : toThousandths(smape),
    coverage === null ? null : toRatioCell(coverage),
  ];
}

function changeTable({ query, price_changes }: ForecastReportInput): SideTable {
  return {
    columns: [
      timeColumn(query),
      { name: "provider", type: "text" },
      { name: "model", type: "text" },
      { name: "service_tier", type: "text" },
      { name: "price_ratio", type: "ratio" },
    ],
    rows: price_changes.map(({ period, provider, model, service_tier, factor }) => [
      period,
      provider,
      model,
      service_tier,
      factor === null ? null : toRatioCell(factor),
    ]),
  };
}

function historyTable({ query, measure, history, history_rows, source }: ForecastReportInput): SideTable {
  const found = new Map(history_rows.map((row) => [row.bucket, row.measures]));
  // Nobody misses what was before the organization's first usage.
  const begun = source.slots.findIndex(({ step }) => source.is_alive[step]);
  const first = Math.max(0, begun, history.length - SHOWN_HISTORY);
  const isMissing = (bucket: number) => !source.is_alive[source.slots[bucket]!.step];
  return {
    columns: [timeColumn(query), { name: measure, type: columnTypes(measure).measured }],
    rows: history.slice(first).map(({ label }, at) => {
      const bucket = first + at;
      const measures = found.get(bucket);
      if (measures === undefined && isMissing(bucket)) return [label, null];
      return [label, readMeasure(measures ?? NO_MEASURES, measure)];
    }),
  };
}

function summarize(input: ForecastReportInput, { whole, series }: ForecastGroup): Record<string, Figure> {
  const { query, measure, level, driver, history, source, groups } = input;
  const [mase, smape, coverage] = backtestCells(whole);
  const first = history[source.slots.findIndex(({ step }) => step >= series.first_step)];
  const time = (instant: number | undefined): Figure => ({
    value: instant === undefined ? null : formatInstant(instant, query.tz),
    type: "time",
  });
  const parts = groups.length > 0 ? "its groups" : "its models";
  const isSummed = groups.length > 0 || driver === "usage";
  const interval = "its interval is that of the whole as one series";
  return {
    method: { value: whole.method, type: "text" },
    seasonality: { value: describeSeasons(whole, query.interval), type: "text" },
    level_ratio: { value: toRatioCell(level), type: "ratio" },
    ...(measure === "cost_usd" ? { driver: { value: driver, type: "text" as const } } : {}),
    ...(isSummed
      ? { reconciliation: { value: `bottom-up: the whole is the sum of ${parts}, ${interval}`, type: "text" as const } }
      : {}),
    history_since: time(first?.since),
    history_until: time(history.at(-1)?.until),
    history_periods: { value: BigInt(series.values.length), type: "integer" },
    missing_periods: { value: BigInt(series.missing), type: "integer" },
    backtest_mase: { value: mase, type: "thousandths" },
    backtest_smape_percent: { value: smape, type: "thousandths" },
    backtest_coverage_ratio: { value: coverage, type: "ratio" },
    backtest_origins: { value: BigInt(whole.backtest?.origins ?? 0), type: "integer" },
    backtest_horizon_periods: { value: BigInt(whole.backtest?.horizon ?? 0), type: "integer" },
  };
}

const SEASONS: Readonly<Record<Interval, Readonly<Record<number, string>>>> = {
  hour: { 24: "hour of the day", 168: "hour of the week" },
  day: { 7: "day of the week", 365: "day of the year" },
  week: { 52: "week of the year" },
  month: { 12: "month of the year" },
};

function describeSeasons({ seasonality }: Forecast, interval: Interval): string {
  if (seasonality.length === 0) return "none found";
  return seasonality.map((period) => SEASONS[interval][period] ?? `every ${period} periods`).join(", ");
}
