/**
 * An anomaly as it is told: what was spent, what was expected, why, and how bad it is.
 */

import type { TimeBucket } from "../analytics/query.ts";
import { type Usd, usdFromNanos } from "../money.ts";
import type { Cause } from "./causes.ts";
import type { Contributor } from "./contributors.ts";
import type { FoundAnomaly, SeriesKey } from "./judge.ts";

/** How bad an anomaly is. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One anomaly. */
export interface Anomaly extends FoundAnomaly {
  /** Derived from the organization, the series, the interval, the start and the direction: the same in every answer. */
  readonly id: string;
  readonly since: TimeBucket;
  readonly until: TimeBucket;
  /** Actual less expected. */
  readonly impact: Usd;
  readonly severity: Severity;
  /** By size; they add up to the impact. */
  readonly causes: readonly Cause[];
  /** Where it comes from; they add up to the impact. */
  readonly contributors: readonly Contributor[];
}

/** Actual less expected. */
export function impactOf({ actual, expected_estimate }: Pick<FoundAnomaly, "actual" | "expected_estimate">): Usd {
  return usdFromNanos(actual - expected_estimate);
}

/** Scores from here on are beyond what chance does in years. */
const CERTAIN_SCORE = 6;
/** An impact so many times the least that is told weighs as much. */
const LARGE_IMPACTS = 20n;

/**
 * How bad it is: a step up from low for a score beyond 6, for an impact beyond twenty times the least that is told, and
 * for half or more of what the whole organization was expected to spend in the same time.
 */
export function severityOf(
  anomaly: FoundAnomaly,
  { min_impact, expected_of_all }: { readonly min_impact: Usd; readonly expected_of_all: number },
): Severity {
  const impact = impactOf(anomaly);
  const size = impact < 0n ? -impact : impact;
  const steps = [
    anomaly.score > CERTAIN_SCORE,
    size >= LARGE_IMPACTS * min_impact,
    Number(size) / 1e9 >= expected_of_all / 2,
  ].filter(Boolean).length;
  return SEVERITIES[steps]!;
}

/** The name of a series: `total`, or `model=gpt-5`; a record without a value has an empty one. */
export function nameSeries(key: SeriesKey): string {
  return key.length === 0 ? "total" : key.map(([name, value]) => `${name}=${value ?? ""}`).join(" ");
}
