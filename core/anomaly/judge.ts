/**
 * Anomalies of one series of costs: its events in amounts.
 */

import type { Dimension } from "../analytics/query.ts";
import { toApproximateDollars, type Usd, usdFromNanos } from "../money.ts";
import { findEvents, type JudgedSeries, type JudgeOptions, type SeriesEvent } from "./events.ts";
import type { AnomalyPlan } from "./plan.ts";

/** A series by the values that its records have; empty is the total. */
export type SeriesKey = readonly (readonly [Dimension, string | null])[];

/** What a series cost in each bucket of a plan. */
export interface CostSeries {
  readonly key: SeriesKey;
  readonly costs: readonly Usd[];
}

/** One anomaly before its cause is known. */
export interface FoundAnomaly {
  readonly key: SeriesKey;
  /** Positions of the first and the last bucket. */
  readonly first: number;
  readonly last: number;
  readonly score: number;
  readonly direction: 1 | -1;
  readonly actual: Usd;
  /** An estimate, rounded once; no record says it. */
  readonly expected_estimate: Usd;
  /** Between which amounts as much time would usually cost, in approximate dollars. */
  readonly lower: number;
  readonly upper: number;
  readonly is_ongoing: boolean;
  readonly is_accepted: boolean;
}

/** What was found in a series, and what was expected of each bucket in approximate dollars (undefined while unknown). */
export interface JudgedCosts {
  readonly anomalies: readonly FoundAnomaly[];
  readonly expected: readonly (number | undefined)[];
}

/** How a series is judged within its organization. */
export interface JudgeCostsOptions {
  readonly plan: AnomalyPlan;
  readonly flag_score: number;
  /** The bucket of the organization's first cost: before it nothing is known, and zeros say nothing. */
  readonly origin: number;
}

/**
 * Judges a series. The last period, while it runs, counts only when it is already above what was expected of all of it.
 * Anomalies that end before the plan's first judged bucket are left out.
 */
export function judgeCosts({ key, costs }: CostSeries, options: JudgeCostsOptions): JudgedCosts {
  const { plan, flag_score } = options;
  const begin = findBegin(costs, options);
  if (begin === -1) return { anomalies: [], expected: costs.map(() => undefined) };
  const scale = scaleOf(costs.slice(0, plan.judged_from), plan);
  const values = costs.slice(begin).map((cost) => scale.judge(toApproximateDollars(cost)));
  const slots = plan.slots.slice(begin).map((slot) => slot - plan.slots[begin]!);
  const judged = judgeFinished(values, { ...plan.watch, slots, flag_score }, plan.is_last_running);
  const anomalies = judged.events.map((event) => toAnomaly(event, { key, costs, begin, scale }))
    .filter(({ last }) => last >= plan.judged_from);
  const unknown = costs.slice(0, begin).map(() => undefined);
  const expected = judged.judgements.map(({ expected }) => expected === undefined ? undefined : scale.read(expected));
  return { anomalies, expected: [...unknown, ...expected] };
}

/** The scale that a series is judged on, and the way back. */
interface Scale {
  readonly judge: (dollars: number) => number;
  readonly read: (value: number) => number;
}

/** The part of an hour's mean cost up to which a cost is judged as it is, about; far above it as its logarithm. */
const LINEAR_PART = 0.25;

/**
 * Days are judged in dollars. Hours of the day differ so much that what one of them scatters says nothing of another:
 * hours are judged by ratios, as the logarithm of one and the cost over a part of the mean hour before those that are
 * judged.
 */
function scaleOf(history: readonly Usd[], { interval }: AnomalyPlan): Scale {
  const spent = history.filter((cost) => cost > 0n).map(toApproximateDollars);
  if (interval === "day" || spent.length === 0) return { judge: (dollars) => dollars, read: (value) => value };
  const part = LINEAR_PART * spent.reduce((sum, cost) => sum + cost, 0) / spent.length;
  return {
    judge: (dollars) => Math.log1p(Math.max(0, dollars) / part),
    read: (value) => part * Math.expm1(value),
  };
}

/** The first bucket with a cost; -1 when there is none. */
export function findOrigin(costs: readonly Usd[]): number {
  return costs.findIndex((cost) => cost !== 0n);
}

/**
 * Where a series begins: with its first cost, since what was before it would make every cost look usual. What is new in
 * the judged time begins with the organization: that it appears is the news.
 */
function findBegin(costs: readonly Usd[], { plan, origin }: JudgeCostsOptions): number {
  const first = findOrigin(costs);
  return first >= plan.judged_from && first - origin >= 2 * plan.watch.cycle ? origin : first;
}

function judgeFinished(values: readonly number[], options: JudgeOptions, is_last_running: boolean): JudgedSeries {
  const all = findEvents(values, options);
  if (!is_last_running) return all;
  const { expected, margin } = all.judgements.at(-1)!;
  const isAbove = expected !== undefined && values.at(-1)! > expected + margin!;
  return isAbove ? all : findEvents(values.slice(0, -1), options);
}

function toAnomaly(
  event: SeriesEvent,
  { key, costs, begin, scale }: CostSeries & { readonly begin: number; readonly scale: Scale },
): FoundAnomaly {
  const actual = costs.slice(begin + event.start, begin + event.end + 1).reduce((sum, cost) => sum + cost, 0n);
  const sum = (off: number) => event.expected.reduce((sum, value) => sum + scale.read(value + off), 0);
  // Single periods miss what is expected of them independently, so of each in a sum a smaller part of the margin counts.
  const margin = event.margin / Math.sqrt(event.expected.length);
  return {
    key,
    first: begin + event.start,
    last: begin + event.end,
    score: event.score,
    direction: event.direction,
    actual: usdFromNanos(actual),
    expected_estimate: estimateUsd(sum(0)),
    lower: Math.max(0, sum(-margin)),
    upper: Math.max(0, sum(margin)),
    is_ongoing: event.is_ongoing,
    is_accepted: event.is_accepted,
  };
}

/**
 * An estimate as an amount: rounded once, to a millionth of a dollar, never below 0. Only what was expected, which no
 * record says, becomes an amount this way; its difference from what was spent is then exact.
 */
export function estimateUsd(dollars: number): Usd {
  return usdFromNanos(BigInt(Math.round(Math.max(0, dollars) * 1e6)) * 1_000n);
}
