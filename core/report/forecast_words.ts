/**
 * What a forecast says of itself, in sentences for people.
 */

import { displayCell } from "./display.ts";
import type { Cell, Figure, Report } from "./report.ts";

/** The month, the method, how earlier forecasts came out, and how groups add up: a line each. */
export function describeForecast({ report }: Pick<Report, "report">): string[] {
  const { summary = {} } = report;
  return [
    ...describeMonth(summary),
    ...describeMethod(summary),
    ...(summary.backtest_origins === undefined ? [] : [describeBacktest(summary)]),
    ...(summary.reconciliation === undefined ? [] : [sentence(`${show(summary.reconciliation)}`)]),
    ...describeGroups(report.tables),
    ...(summary.driver === undefined || summary.driver.value === "cost" ? [] : [DRIVEN_BY_USAGE]),
  ];
}

const DRIVEN_BY_USAGE =
  "Usage is forecast by model, at the prices in force in each period: a known change of price is in it";

/** What the table of groups is about. */
function describeGroups(tables: Report["report"]["tables"]): string[] {
  const periods = BigInt(tables?.total?.rows.length ?? 0);
  if (tables?.groups === undefined) return [];
  const all = periods === 1n ? "the one period" : `all ${displayCell(periods, "integer")} periods together`;
  return [`Groups has what each is expected to bring in ${all}`];
}

type Summary = Readonly<Record<string, Figure>>;

function describeMonth(summary: Summary): string[] {
  const find = (pattern: RegExp) => Object.entries(summary).find(([name]) => pattern.test(name))?.[1];
  const projected = find(/^month_projected_(?!rest_|lower_|upper_)/);
  if (summary.month === undefined || projected === undefined) return [];
  const actual = find(/^month_actual_/);
  if (projected.value === null) {
    return [`${show(summary.month)}: its cost is not known, since nothing of it has a price`];
  }
  const interval = `${show(find(/^month_projected_lower_/))} to ${show(find(/^month_projected_upper_/))}`;
  return [
    `${show(summary.month)}: ${show(actual)} so far, ${show(projected)} expected at its end ` +
    `(${showLevel(summary.level_ratio)} interval ${interval})`,
  ];
}

function describeMethod({ method, seasonality, history_periods, history_since, missing_periods }: Summary): string[] {
  if (method === undefined) return [];
  const missing = missing_periods?.value === 0n ? "" : `, ${show(missing_periods)} of them missing`;
  return [
    `Method: ${show(method)}; pattern: ${show(seasonality)}`,
    `Learned from ${show(history_periods)} ${history_periods?.value === 1n ? "period" : "periods"} since ${
      show(history_since)
    }${missing}`,
  ];
}

function describeBacktest(summary: Summary): string {
  const { backtest_origins, backtest_horizon_periods, backtest_smape_percent, backtest_mase, backtest_coverage_ratio } =
    summary;
  if (backtest_origins!.value === 0n) return "No earlier forecast was tried: the history is too short for it";
  const parts = [
    `sMAPE ${show(backtest_smape_percent)}${backtest_smape_percent?.value === null ? "" : "%"}`,
    `MASE ${show(backtest_mase)}`,
    `${show(backtest_coverage_ratio)} within their ${showLevel(summary.level_ratio)} interval`,
  ];
  return `Forecasts of ${show(backtest_horizon_periods)} periods made from ${show(backtest_origins)} earlier times: ` +
    parts.join(", ");
}

/** A level for people: `95%`. */
export function showLevel(level: Figure | undefined): string {
  return show(level).replace(/\.?0+%$/, "%");
}

function show(figure: Figure | undefined): string {
  const value: Cell = figure?.value ?? null;
  return displayCell(value, figure?.type ?? "text");
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
