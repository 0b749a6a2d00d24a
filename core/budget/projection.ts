/**
 * Where a budget will stand at the end of its period: what was spent so far and a forecast of the rest.
 */

import type { CostRow } from "../analytics/measures.ts";
import type { TimeBucket } from "../analytics/query.ts";
import type { Forecast } from "../forecast/forecast.ts";
import type { GroupForecast } from "../forecast/group_forecast.ts";
import { forecastRest, toDaysAhead } from "../forecast/month_end.ts";
import { toApproximateDollars, type Usd } from "../money.ts";
import type { BudgetStatus } from "./status.ts";

/** Statistics, in approximate dollars: never an amount, and never put back into one. */
export interface BudgetProjection {
  /** What will be spent by the period's end. */
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Share of outcomes that the interval is to contain. */
  readonly level: number;
  /** How it was forecast, in words. */
  readonly method: string;
  /** Steps of history that the forecast rests on. */
  readonly history: number;
  /** The day (of a day: the hour) in which the amount is exceeded: it was, or is expected to be; null when not. */
  readonly exceeded_on: string | null;
  /** The same by the interval's upper and lower end. */
  readonly exceeded_earliest: string | null;
  readonly exceeded_latest: string | null;
  readonly warnings: readonly string[];
}

/** What a budget's end is worked out of. */
export interface ProjectionInput {
  readonly status: BudgetStatus;
  /** Steps that have ended, and what was spent in them by the position of each. */
  readonly history: readonly TimeBucket[];
  readonly rows: readonly CostRow[];
  /** Steps to the period's end; the first is the one that runs. */
  readonly ahead: readonly TimeBucket[];
  readonly group: GroupForecast;
  readonly forecast: Forecast;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Adds a forecast of the rest to what was spent. Null when nobody knows what was, or the steps do not reach the end. */
export function projectSpend(input: ProjectionInput): BudgetProjection | null {
  const { status, ahead, group, forecast, now } = input;
  if (status.spent === null) return null;
  const spent = toApproximateDollars(status.spent);
  const days = toDaysAhead(ahead, group);
  const { since } = status.period;
  const rests = ahead.map(({ until }) => forecastRest(days, { since, until }, now));
  const rest = rests.at(-1) ?? null;
  if (rest === null) return null;
  const amount = toApproximateDollars(status.budget.amount);
  const isOver = status.spent > status.budget.amount;
  const past = isOver ? findExceeded(input, status.budget.amount) : null;
  const first = (bound: "mean" | "lower" | "upper") => {
    if (isOver) return past;
    const at = rests.findIndex((rest) => rest !== null && spent + rest[bound] > amount);
    return at === -1 ? null : ahead[at]!.label;
  };
  return {
    expected: round(spent + rest.mean),
    lower: round(spent + rest.lower),
    upper: round(spent + rest.upper),
    level: forecast.level,
    method: forecast.method,
    history: forecast.history,
    exceeded_on: first("mean"),
    exceeded_earliest: first("upper"),
    exceeded_latest: first("lower"),
    warnings: forecast.warnings,
  };
}

/** The step in which so much was spent, exactly; null where the history begins after the period. */
function findExceeded({ status, history, rows, ahead }: ProjectionInput, amount: Usd): string | null {
  const { since } = status.period;
  if (history.length > 0 && history[0]!.since > since) return null;
  const costs = new Map(rows.map(({ bucket, measures }) => [bucket, measures.cost]));
  let sum = 0n;
  for (const [bucket, { since: start, label }] of history.entries()) {
    if (start < since) continue;
    sum += costs.get(bucket) ?? 0n;
    if (sum > amount) return label;
  }
  return ahead[0]?.label ?? null;
}

/** Millionths of a dollar say more than a forecast knows. */
function round(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}
