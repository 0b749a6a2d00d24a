/**
 * Which of the anomalies that were found are told: those that matter, each once, none that somebody called normal.
 */

import { divideHalfEven, type Usd } from "../money.ts";
import type { AnomalyInterval, AnomalyPlan } from "./plan.ts";
import { impactOf, nameSeries } from "./anomaly.ts";
import type { FoundAnomaly } from "./judge.ts";

/** Somebody's word that what an anomaly has brought is normal. */
export interface Acknowledgement {
  readonly interval: AnomalyInterval;
  /** As nameSeries() has it. */
  readonly series: string;
  readonly direction: 1 | -1;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
  readonly until: number;
  /** What a period of it cost on average. */
  readonly level: Usd;
}

/** What is told. */
export interface SelectOptions {
  readonly plan: AnomalyPlan;
  /** Smaller impacts of either sign are not told. */
  readonly min_impact: Usd;
  readonly acknowledgements: readonly Acknowledgement[];
}

/**
 * Chooses what is told, by time, then by impact. An anomaly of a group is part of one of the total that goes the same way
 * at the same time, whose cause it is; of groups by different dimensions the one of the largest impact stands for all.
 */
export function selectAnomalies(found: readonly FoundAnomaly[], options: SelectOptions): FoundAnomaly[] {
  const large = found.filter((anomaly) => sizeOf(anomaly) >= leastImpact(anomaly, options));
  const chosen: FoundAnomaly[] = [];
  for (const anomaly of large.sort((a, b) => a.key.length - b.key.length || compareSizes(a, b))) {
    if (!chosen.some((other) => isPartOf(anomaly, other))) chosen.push(anomaly);
  }
  // What was called normal goes last, and its parts with it.
  return chosen.filter((anomaly) => !options.acknowledgements.some((word) => isNormal(anomaly, word, options.plan)))
    .sort((a, b) => a.first - b.first || compareSizes(a, b));
}

/**
 * Of hours only what is a quarter off: single hours of single groups scatter so much that smaller differences, however
 * unlikely, would be told every day.
 */
const LEAST_PERCENT: Readonly<Record<AnomalyInterval, bigint>> = { day: 0n, hour: 25n };

function leastImpact({ expected_estimate }: FoundAnomaly, { min_impact, plan }: SelectOptions): bigint {
  const least = expected_estimate * LEAST_PERCENT[plan.interval] / 100n;
  return least > min_impact ? least : min_impact;
}

function isPartOf(anomaly: FoundAnomaly, other: FoundAnomaly): boolean {
  if (anomaly.direction !== other.direction || anomaly.first > other.last || anomaly.last < other.first) return false;
  return other.key.length === 0 || anomaly.key[0]?.[0] !== other.key[0]![0];
}

/** Whether it was called normal, or is no worse than what was called normal before it. */
function isNormal(anomaly: FoundAnomaly, word: Acknowledgement, { interval, buckets }: AnomalyPlan): boolean {
  if (word.interval !== interval || word.series !== nameSeries(anomaly.key)) return false;
  if (word.direction !== anomaly.direction) return false;
  const [since, until] = [buckets[anomaly.first]!.since, buckets[anomaly.last]!.until];
  if (since < word.until && until > word.since) return true;
  if (since < word.since) return false;
  // A tenth more is still the same level.
  const most = divideHalfEven(word.level * (word.direction === 1 ? 11n : 9n), 10n);
  return word.direction === 1 ? levelOf(anomaly) <= most : levelOf(anomaly) >= most;
}

/** What a period of an anomaly cost on average, rounded half to even. */
export function levelOf({ actual, first, last }: FoundAnomaly): bigint {
  return divideHalfEven(actual, BigInt(last - first + 1));
}

function sizeOf(anomaly: FoundAnomaly): bigint {
  const impact = impactOf(anomaly);
  return impact < 0n ? -impact : impact;
}

function compareSizes(a: FoundAnomaly, b: FoundAnomaly): number {
  const [x, y] = [sizeOf(a), sizeOf(b)];
  return x > y ? -1 : x < y ? 1 : nameSeries(a.key) < nameSeries(b.key) ? -1 : 1;
}
