/**
 * Forecasts of the rest of budgets' periods, by the day, or by the hour where the period is a day.
 */

import type { CostRow } from "../../core/analytics/measures.ts";
import type { CostQuery, Interval, TimeBucket } from "../../core/analytics/query.ts";
import { projectSpend } from "../../core/budget/projection.ts";
import type { BudgetStatus } from "../../core/budget/status.ts";
import { type Ahead, combineParts } from "../../core/forecast/group_forecast.ts";
import { DAYS_TO_MONTH_END } from "../../core/forecast/month_end.ts";
import { planForecast, readHistory } from "../../core/forecast/periods.ts";
import type { Source } from "../../core/forecast/usage_series.ts";
import { LIMITS } from "../../core/limits.ts";
import { splitRange } from "../../core/time.ts";
import { inSnapshot, keepAnswerable, readCostsIn } from "../../db/costs.ts";
import type { Environment } from "../environment.ts";
import { readSource } from "./observations.ts";
import { observe, placeAhead, SeriesTasks, type Task } from "./series_tasks.ts";

/** Outcomes that the interval of a projection is to contain. */
const LEVEL = 0.95;

const UNCHANGED = () => 1;

/** What one budget's forecast is made from. */
interface Observed {
  readonly history: readonly TimeBucket[];
  readonly rows: readonly CostRow[];
  readonly source: Source;
  /** As far as the forecast reaches. */
  readonly ahead: Ahead;
  /** As far as the period does. */
  readonly rest: Ahead;
  readonly interval: Interval;
}

/**
 * Adds to each status of one organization what is expected by the end of its period; nothing to those of which nothing
 * is known yet, that are not running, or that go on for longer than a forecast reaches. One and the same method for one
 * budget, for many and for the month's end of a forecast, so that each figure is the same wherever it is asked for. Fails as `readCosts` and the threads do.
 */
export async function projectBudgets(
  environment: Environment,
  statuses: readonly BudgetStatus[],
): Promise<BudgetStatus[]> {
  const now = environment.now();
  const tasks = new SeriesTasks({ level: LEVEL });
  const planned: { readonly status: BudgetStatus; readonly observed?: Observed; readonly task?: Task }[] = [];
  for (const status of statuses) {
    const observed = await observeBudget(environment, status, now);
    const values = observed && observe(observed.rows, {
      index: UNCHANGED,
      plan: { measure: "cost_usd" },
      buckets: observed.history,
    });
    const isKnown = values !== undefined && [...values.values()].some((value) => value !== null);
    planned.push(isKnown ? { status, observed, task: tasks.add(values, observed!) } : { status });
  }
  const [first] = statuses;
  if (first === undefined) return [];
  const { organization_id } = first.budget;
  const forecasts = await environment.forecasts.run(tasks.inputs("auto"), { organization_id });
  return planned.map(({ status, observed, task }) => {
    if (observed === undefined || task === undefined) return status;
    const forecast = forecasts[task.at]!;
    const group = combineParts([{ forecast, index: UNCHANGED }], forecast, observed.rest);
    const { history, rows, rest: { periods: ahead } } = observed;
    return { ...status, projection: projectSpend({ status, history, rows, ahead, group, forecast, now }) };
  });
}

/** Reads a budget's history; undefined where there is nothing to forecast or it goes too far. */
async function observeBudget(
  { database }: Environment,
  { budget, period }: BudgetStatus,
  now: number,
): Promise<Observed | undefined> {
  if (period.state !== "running") return undefined;
  const { organization_id, tz, scope: filter } = budget;
  const interval = budget.period.name === "day" ? "hour" : "day";
  const horizon = splitRange({ since: now, until: period.until }, interval, tz).length;
  if (horizon > LIMITS.forecast_periods) return undefined;
  // As many days as a forecast of cost looks at, so that both say the same of the same end.
  const steps = interval === "day" ? Math.max(horizon, DAYS_TO_MONTH_END) : horizon;
  const options = { interval, tz, horizon: steps, now } as const;
  const planned = planForecast(readHistory({}, options), options);
  if (planned.history.length === 0) return undefined;
  const base = { organization_id, tz, group_by: [], interval, filter, units: [] } as const;
  return await inSnapshot(database, async (queries) => {
    // What retention has dropped is no reason not to say what the rest tells.
    const history = await keepAnswerable(queries, { ...base, ...over(planned.history) });
    if (history.length === 0) return undefined;
    const query = { ...base, ...over(history) };
    const ahead = placeAhead({ history, future: planned.future }, { interval, tz });
    return {
      history,
      rows: await readCostsIn(queries, query),
      source: await readSource(queries, query),
      ahead,
      rest: endAt({ periods: ahead.periods.slice(0, horizon), slots: ahead.slots.slice(0, horizon) }, period.until),
      interval,
    };
  });
}

function over(buckets: readonly TimeBucket[]): Pick<CostQuery, "range" | "buckets"> {
  return { buckets, range: { since: buckets[0]!.since, until: buckets.at(-1)!.until } };
}

/** A custom period may end within a day: then that part of the day is forecast. */
function endAt({ periods, slots }: Ahead, end: number): Ahead {
  const shareOf = ({ since, until }: TimeBucket) => until <= end ? 1 : (end - since) / (until - since);
  return {
    periods: periods.map((period) => ({ ...period, until: Math.min(period.until, end) })),
    slots: slots.map(({ step, share }, at) => ({ step, share: share * shareOf(periods[at]!) })),
  };
}
