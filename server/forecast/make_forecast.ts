/**
 * From a question to the report of a forecast.
 */

import type { Principal } from "../../core/access.ts";
import { sumRows } from "../../core/analytics/fold.ts";
import type { Forecast } from "../../core/forecast/forecast.ts";
import { buildForecastReport, type ForecastGroup, OTHER } from "../../core/forecast/forecast_report.ts";
import { type Ahead, combineParts, type GroupForecast } from "../../core/forecast/group_forecast.ts";
import { readMeasure } from "../../core/forecast/measure.ts";
import { forecastRest, type MonthFigures, monthFigures, toDaysAhead } from "../../core/forecast/month_end.ts";
import { beginWith } from "../../core/forecast/running.ts";
import { PriceLevels } from "../../core/forecast/price_index.ts";
import type { Report } from "../../core/report/report.ts";
import type { Environment } from "../environment.ts";
import { type MonthObservations, type Observations, readObservations } from "./observations.ts";
import { type Asked, type ForecastPlan, readQuestion } from "./question.ts";
import { addObserved, groupParts, observe, type Observed, placeAhead, SeriesTasks, type Task } from "./series_tasks.ts";

/** Forecasts what is asked for. Fails with `invalid` on what cannot be read, and as `readCosts` and the threads do. */
export async function makeForecast(
  environment: Environment,
  principal: Principal,
  asked: Asked,
): Promise<Report> {
  const plan = await readQuestion(environment, principal, asked);
  const observations = await readObservations(environment, plan);
  const price_book = await environment.priceBookVersion();
  const { signal, onProgress } = asked.question;
  const tasks = new SeriesTasks({ level: plan.level });
  const nodes = planNodes(observations, { plan, tasks });
  const month = planMonth(observations, { plan, tasks, nodes });
  const inputs = nodes === undefined ? [] : tasks.inputs(plan.method);
  const forecasts = await environment.forecasts.run(inputs, {
    organization_id: plan.query.organization_id,
    signal,
    onProgress: (done) => onProgress?.(done, inputs.length),
  });
  return writeReport({ plan, observations, price_book, nodes, month, forecasts });
}

/** A group and the places of its forecasts. */
interface Node {
  readonly dimensions: readonly (string | null)[];
  readonly parts: readonly { readonly observed: Observed; readonly task: Task }[];
  readonly whole: Task;
  /** What the period that runs has brought so far. */
  readonly so_far: number;
}

interface Nodes {
  readonly groups: readonly Node[];
  readonly total: Node;
  readonly ahead: Ahead;
}

interface Planning {
  readonly plan: ForecastPlan;
  readonly tasks: SeriesTasks;
}

/** Plans the series of all groups; undefined when nothing is known of any. */
function planNodes(observations: Observations, { plan, tasks }: Planning): Nodes | undefined {
  const ahead = placeAhead(plan, plan.query);
  const { source } = observations;
  const add = (observed: Observed["values"], is_whole = false) =>
    tasks.add(observed, { source, ahead, interval: plan.interval, is_whole });
  const seen = groupParts(observations, plan);
  const isOne = seen.length === 1;
  const groups = seen.map(({ dimensions, parts, so_far }): Node => {
    const own = parts.map((observed) => ({ observed, task: add(observed.values, isOne && parts.length === 1) }));
    return { dimensions, so_far, parts: own, whole: own.length === 1 ? own[0]!.task : add(addObserved(parts), isOne) };
  });
  if (groups.length === 0) return undefined;
  if (groups.length === 1) return { groups, total: groups[0]!, ahead };
  const parts = groups.flatMap((group) => group.parts);
  const so_far = groups.reduce((sum, group) => sum + group.so_far, 0);
  const total = { dimensions: [], so_far, parts, whole: add(addObserved(parts.map(({ observed }) => observed)), true) };
  return { groups, total, ahead };
}

/**
 * The days of everything as one series, for the end of the month that runs: the same whatever the periods, how many are
 * asked for and how they are grouped, and as budgets are projected.
 */
interface MonthNode {
  readonly observed: Observed;
  readonly task: Task;
  readonly ahead: Ahead;
}

function planMonth(
  { month, prices, driver }: Observations,
  { plan, tasks, nodes }: Planning & { readonly nodes: Nodes | undefined },
): MonthNode | undefined {
  const days = month?.days;
  if (days === undefined || days.history.length === 0) return undefined;
  const { history, future, source, rows } = days;
  // Parts at the prices of each day tell more than the whole at those of all.
  if (plan.interval === "day" && driver === "usage") return undefined;
  // The same series need not be forecast twice.
  const isSame = plan.interval === "day" && plan.future.length === future.length;
  const [only, ...others] = nodes?.total.parts ?? [];
  if (isSame && only !== undefined && others.length === 0) return { ...only, ahead: nodes!.ahead };
  const levels = driver === "usage" && prices !== undefined
    ? new PriceLevels({ ...prices.levels.time, interval: "day", history, future })
    : undefined;
  const index = levels?.indexOf(prices!.usages) ?? (() => 1);
  const values = observe(rows, { index, plan, buckets: history });
  if ([...values.values()].every((value) => value === null)) return undefined;
  const ahead = placeAhead(days, { interval: "day", tz: plan.query.tz });
  return {
    observed: { values, index },
    ahead,
    task: tasks.add(values, { source, ahead, interval: "day", is_whole: true }),
  };
}

interface Made {
  readonly plan: ForecastPlan;
  readonly observations: Observations;
  readonly price_book: string;
  readonly nodes: Nodes | undefined;
  readonly month: MonthNode | undefined;
  readonly forecasts: readonly Forecast[];
}

function writeReport(made: Made): Report {
  const { plan, observations, price_book, nodes, forecasts } = made;
  const future = nodes === undefined ? [] : plan.future.slice(0, plan.horizon);
  const ahead = plan.future.slice(0, plan.horizon);
  const combine = ({ parts, whole }: Node): GroupForecast =>
    combineParts(
      parts.map(({ observed, task }) => ({ forecast: forecasts[task.at]!, index: observed.index })),
      forecasts[whole.at]!,
      nodes!.ahead,
    );
  const toGroup = (node: Node): ForecastGroup => {
    const { running } = observations;
    const ahead = combine(node);
    const { periods, sums, parts_over_whole } = running === undefined
      ? ahead
      : beginWith(ahead, { so_far: node.so_far, ahead: running.ahead });
    const shown = { periods: periods.slice(0, plan.horizon), sums: sums.slice(0, plan.horizon), parts_over_whole };
    return {
      dimensions: node.dimensions,
      forecast: shown,
      whole: forecasts[node.whole.at]!,
      series: node.whole.series,
    };
  };
  const total = nodes === undefined ? undefined : toGroup(nodes.total);
  return buildForecastReport({
    ...plan,
    query: { ...plan.query, range: { since: ahead[0]!.since, until: ahead.at(-1)!.until } },
    driver: observations.driver,
    future,
    source: observations.source,
    history_rows: observations.total,
    total,
    groups: plan.query.group_by.length === 0 ? [] : nodes?.groups.map(toGroup) ?? [],
    price_changes: observations.price_changes,
    month: nodes === undefined ? null : tellMonth(made, combine(nodes.total)),
    warnings: [
      ...warnOfLittle(plan, total),
      ...warn(observations, total),
      ...warnOfSum(total),
      ...total?.whole.warnings ?? [],
    ],
    price_book,
  });
}

function tellMonth({ plan, observations, month, forecasts }: Made, total: GroupForecast): MonthFigures | null {
  const seen: MonthObservations | undefined = observations.month;
  if (seen === undefined || (plan.interval !== "day" && month === undefined)) return null;
  const ofDays = month === undefined ? undefined : combineParts(
    [{ forecast: forecasts[month.task.at]!, index: month.observed.index }],
    forecasts[month.task.at]!,
    month.ahead,
  );
  const days = toDaysAhead(month?.ahead.periods ?? plan.future, ofDays ?? total);
  const rest = forecastRest(days, seen, plan.now);
  if (rest === null) return null;
  const actual = readMeasure(sumRows(seen.rows).measures, plan.measure);
  return monthFigures({ label: seen.label, actual, rest, measure: plan.measure });
}

/** What to know before trusting a forecast, besides what its method says. */
function warn({ others, total: rows, price_changes }: Observations, total: ForecastGroup | undefined): string[] {
  if (total === undefined) {
    return [
      rows.length === 0
        ? "there is no usage in any whole period of the history, so there is nothing to forecast from"
        : "no usage of the history has a price, so there is no cost to forecast from",
    ];
  }
  const { missing, missing_at_end } = total.series;
  return [
    ...(missing_at_end > 1
      ? [`nothing is known of the last ${missing_at_end} periods of the history: the forecast goes on from before them`]
      : []),
    ...price_changes.flatMap(({ provider, model, period, unknown }) =>
      unknown === undefined ? [] : [
        unknown === "no price"
          ? `no price of ${provider} ${model} is known from ${period} on: it is forecast at the one before`
          : `${provider} ${model} is free before ${period}: what it costs from then on is not in the forecast`,
      ]
    ),
    ...(others > 0 ? [`the ${others} smallest groups are forecast as one, ${OTHER}`] : []),
    ...(missing > 0
      ? [
        `${missing} ${
          missing === 1 ? "period" : "periods"
        } of the history count as missing: there is no usage at all in ` +
        "them, or none with a price, where there is some as a rule",
      ]
      : []),
  ];
}

/** Fewer whole weeks or months than these tell less of the next ones than their days do. */
const LITTLE_HISTORY = 8;

function warnOfLittle({ interval, future, horizon, now }: ForecastPlan, total: ForecastGroup | undefined): string[] {
  const length = total?.series.values.length ?? LITTLE_HISTORY;
  if (length >= LITTLE_HISTORY || (interval !== "week" && interval !== "month")) return [];
  const shown = future.slice(0, horizon);
  const days = Math.ceil((shown.at(-1)!.until - Math.max(shown[0]!.since, now)) / 86_400_000);
  return [
    `${length} whole ${interval}${length === 1 ? " is" : "s are"} little to learn from: a forecast by day, of ` +
    `${days} periods, learns from the days and adds them up`,
  ];
}

/** Beyond this the sum of parts and the whole as one series tell different things. */
const FAR_APART = 0.1;

/** Small series are hard to forecast, and their errors may add up to one side: then the whole as one series says so. */
function warnOfSum(total: ForecastGroup | undefined): string[] {
  const ratio = total?.forecast.parts_over_whole ?? null;
  if (ratio === null || Math.abs(ratio - 1) <= FAR_APART) return [];
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  return [
    `the parts add up to ${percent}% ${ratio > 1 ? "more" : "less"} than the whole would be as one series: ` +
    "without a grouping, or with fewer groups, it is forecast better",
  ];
}
