/**
 * Anomalies of stored usage: found when they are asked for, never stored.
 */

import { createHash } from "node:crypto";
import { type Anomaly, impactOf, nameSeries, severityOf } from "../../core/anomaly/anomaly.ts";
import { type AnomalyReportInput, buildAnomalyReport } from "../../core/anomaly/build_report.ts";
import {
  type CostSeries,
  findOrigin,
  type FoundAnomaly,
  type JudgedCosts,
  type SeriesKey,
} from "../../core/anomaly/judge.ts";
import {
  ANOMALY_INTERVALS,
  type AnomalyInterval,
  type AnomalyPlan,
  DEFAULT_FLAG_SCORE,
  LEAST_SCORE,
  MOST_SCORE,
  planAnomalies,
} from "../../core/anomaly/plan.ts";
import { selectAnomalies } from "../../core/anomaly/select.ts";
import { knownCost } from "../../core/analytics/fold.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import { type CostQueryTexts, parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostQuery } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { parseUsd, type Usd, ZERO_USD } from "../../core/money.ts";
import type { Principal } from "../../core/access.ts";
import type { Report } from "../../core/report/report.ts";
import { listAcknowledgements } from "../../db/anomaly_acknowledgements.ts";
import { readCosts } from "../../db/costs.ts";
import type { Environment } from "../environment.ts";
import { explainFound } from "./anomaly_causes.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Anomalies as asked for. */
export type AnomaliesInput = Omit<CostQueryTexts, "organization_id"> & {
  readonly organization_id?: string;
  /** `day`, the default, or `hour`. */
  readonly interval?: string;
  /** Dollars, as a decimal; 1 when not given. */
  readonly min_impact?: string;
  /**
   * Above which score a period is told: minus the decimal logarithm of how seldom chance makes one as unusual, of the
   * total and of all groups together; 3 of days and 4 of hours when not given.
   */
  readonly min_score?: number;
};

/** How far back is judged when no range is given. */
const DEFAULT_SINCE: Readonly<Record<AnomalyInterval, string>> = { day: "30d", hour: "7d" };
const DEFAULT_GROUPS = ["model", "project"];
const DEFAULT_MIN_IMPACT = "1";

/** Reports the anomalies of a range. Fails with `invalid` on a query that cannot be read, with `too_large` beyond limits. */
export const findAnomalies: Operation<AnomaliesInput, Report> = {
  name: "findAnomalies",
  permission: "forecast:read",
  handle: async (environment, principal, input) =>
    buildAnomalyReport(await lookForAnomalies(environment, principal, input)),
};

/** Finds and explains the anomalies of a range, for a report. Fails as {@link findAnomalies} does. */
export async function lookForAnomalies(
  environment: Environment,
  principal: Principal,
  input: AnomaliesInput,
): Promise<AnomalyReportInput> {
  const now = environment.now();
  const asked = readAnomalyQuery(principal, input, now);
  const { query, plan, min_impact, flag_score } = asked;
  const ofPlan = { ...query, range: plan.range, buckets: plan.buckets, interval: plan.interval };
  const rows = await readCosts(environment.database, { ...ofPlan, group_by: [] });
  const whole = toSeries([], rows, plan);
  const [total, found] = await judgeAll(environment, [whole, ...await readGroups(environment, ofPlan, plan)], asked);
  const filter = writeFilter(query);
  const kept = await listAcknowledgements(environment.database, query.organization_id);
  const acknowledgements = kept.filter((one) => one.filter === filter);
  const selected = selectAnomalies(found, { plan, min_impact, acknowledgements });
  const told = keepLargest(selected);
  const anomalies: Anomaly[] = [];
  for (const anomaly of told) {
    const reasons = await explainFound(environment, anomaly, { query: ofPlan, plan });
    anomalies.push({ ...describe(anomaly, { ...asked, expected: total.expected }), ...reasons });
  }
  return {
    query,
    plan,
    anomalies,
    left_out: selected.length - told.length,
    rows,
    expected: total.expected,
    min_impact,
    flag_score,
    now,
    price_book: await environment.priceBookVersion(),
  };
}

/** What is expected of the total, which is the first of the series, and what is unusual in any of them. */
async function judgeAll(
  { forecasts, stopping }: Environment,
  [whole, ...groups]: readonly [CostSeries, ...CostSeries[]],
  { query: { organization_id }, plan, flag_score }: AnomalyQuery,
): Promise<[JudgedCosts, FoundAnomaly[]]> {
  const origin = findOrigin(whole.costs);
  // All groups together are to be flagged by chance as seldom as the total alone.
  const group_score = flag_score + Math.log10(Math.max(1, groups.length));
  const tasks = [
    { series: whole, options: { plan, flag_score, origin } },
    ...groups.map((series) => ({ series, options: { plan, flag_score: group_score, origin } })),
  ];
  // Years of hours take many seconds, which nobody else is to wait for.
  const judged = await forecasts.judge(tasks, { organization_id, signal: stopping });
  return [judged[0]!, judged.flatMap(({ anomalies }) => anomalies)];
}

/** What is asked, resolved. */
export interface AnomalyQuery {
  readonly query: CostQuery;
  readonly plan: AnomalyPlan;
  readonly min_impact: Usd;
  readonly flag_score: number;
}

/** Reads what is asked. Fails with `invalid`, and with `too_large` beyond LIMITS.query_buckets periods. */
export function readAnomalyQuery(principal: Principal, input: AnomaliesInput, now: number): AnomalyQuery {
  const { interval: named = "day", min_impact, min_score, ...texts } = input;
  if (input.columns !== undefined) {
    throw new CostopsError("invalid", "Cannot give anomalies further columns: they have their own");
  }
  const interval = ANOMALY_INTERVALS.find((one) => one === named);
  if (interval === undefined) {
    throw new CostopsError("invalid", `Cannot look for anomalies by ${JSON.stringify(named)}: write hour or day`);
  }
  const isOpen = [input.since, input.until, input.start_date, input.end_date].every((text) => text === undefined);
  const query = parseCostQuery({
    ...texts,
    group_by: texts.group_by ?? DEFAULT_GROUPS,
    ...(isOpen ? { since: DEFAULT_SINCE[interval] } : {}),
    organization_id: chooseOrganization(principal, input),
  }, now);
  if (query.interval !== null) {
    throw new CostopsError("invalid", `Cannot group anomalies by ${query.interval}: give it as the interval`);
  }
  const plan = planAnomalies(query.range, { interval, tz: query.tz, now });
  return { query, plan, min_impact: readMinImpact(min_impact), flag_score: readFlagScore(min_score, interval) };
}

function readMinImpact(text: string | undefined): Usd {
  const amount = parseUsd(text ?? DEFAULT_MIN_IMPACT);
  if (amount >= 0n) return amount;
  throw new CostopsError("invalid", `Cannot take ${JSON.stringify(text)} as the least impact: write 0 or more dollars`);
}

function readFlagScore(score: number | undefined, interval: AnomalyInterval): number {
  if (score === undefined) return DEFAULT_FLAG_SCORE[interval];
  if (score >= LEAST_SCORE && score <= MOST_SCORE) return score;
  throw new CostopsError(
    "invalid",
    `Cannot take ${score} as the least score: write a number from ${LEAST_SCORE} to ${MOST_SCORE}`,
  );
}

/** The costliest values of each dimension that the query groups by, as series. */
async function readGroups({ database }: Environment, query: CostQuery, plan: AnomalyPlan): Promise<CostSeries[]> {
  const series: CostSeries[] = [];
  for (const dimension of query.group_by) {
    const whole = { ...query, interval: null, group_by: [dimension], buckets: [{ ...query.range, label: "" }] };
    const sums = await readCosts(database, whole);
    const values = sums.sort(compareCosts).slice(0, LIMITS.anomaly_groups).map(({ dimensions }) => dimensions[0]!);
    // One group alone is the total.
    if (values.length < 2) continue;
    const filter = new Map(query.filter).set(dimension, values.map((value) => value ?? ""));
    const rows = await readCosts(database, { ...query, group_by: [dimension], filter });
    for (const value of values) {
      series.push(toSeries([[dimension, value]], rows.filter(({ dimensions }) => dimensions[0] === value), plan));
    }
  }
  return series;
}

function compareCosts(a: CostRow, b: CostRow): number {
  const [x, y] = [knownCost(a.measures) ?? ZERO_USD, knownCost(b.measures) ?? ZERO_USD];
  return x > y ? -1 : x < y ? 1 : (a.dimensions[0] ?? "") < (b.dimensions[0] ?? "") ? -1 : 1;
}

function toSeries(key: SeriesKey, rows: readonly CostRow[], plan: AnomalyPlan): CostSeries {
  const costs = new Array<Usd>(plan.buckets.length).fill(ZERO_USD);
  for (const { bucket, measures } of rows) costs[bucket] = measures.cost;
  return { key, costs };
}

/** Those of the largest impact, in the order of time. */
function keepLargest(anomalies: readonly FoundAnomaly[]): FoundAnomaly[] {
  const size = (anomaly: FoundAnomaly) => Math.abs(Number(impactOf(anomaly)));
  const largest = new Set([...anomalies].sort((a, b) => size(b) - size(a)).slice(0, LIMITS.anomalies));
  return anomalies.filter((anomaly) => largest.has(anomaly));
}

function describe(
  anomaly: FoundAnomaly,
  { query, plan, min_impact, expected }: AnomalyQuery & { readonly expected: readonly (number | undefined)[] },
): Omit<Anomaly, "causes" | "contributors"> {
  const [since, until] = [plan.buckets[anomaly.first]!, plan.buckets[anomaly.last]!];
  const expected_of_all = expected.slice(anomaly.first, anomaly.last + 1)
    .reduce<number>((sum, dollars) => sum + Math.max(0, dollars ?? 0), 0);
  return {
    ...anomaly,
    id: identify(anomaly, { query, plan }),
    since,
    until,
    impact: impactOf(anomaly),
    severity: severityOf(anomaly, { min_impact, expected_of_all }),
  };
}

/** The filter of a query as text, the same for the same one. */
export function writeFilter({ filter }: Pick<CostQuery, "filter">): string {
  return JSON.stringify(
    [...filter].map(([name, values]) => [name, [...values].sort()] as const).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** The same for the same organization, filter, series, interval, start and direction: 96 bits in hex. */
function identify(anomaly: FoundAnomaly, { query, plan }: Pick<AnomalyQuery, "query" | "plan">): string {
  const facts = [
    query.organization_id,
    writeFilter(query),
    nameSeries(anomaly.key),
    plan.interval,
    plan.buckets[anomaly.first]!.since,
    anomaly.direction,
  ];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 24);
}
