/**
 * Anomalies as a report: a row each, their causes and where they come from, and the periods that were judged.
 */

import { coverageOf, reportHead } from "../analytics/build_report.ts";
import { sumRows } from "../analytics/fold.ts";
import type { CostRow } from "../analytics/measures.ts";
import type { CostQuery } from "../analytics/query.ts";
import type { Usd } from "../money.ts";
import { toApproximateCell, toThousandths } from "../report/cell.ts";
import type { Cell, Report, ReportColumn, SideTable } from "../report/report.ts";
import { formatInstant } from "../time/zone.ts";
import { type Anomaly, nameSeries } from "./anomaly.ts";
import { describeCauses, describeContributors, describePlace } from "./cause_words.ts";
import type { AnomalyPlan } from "./plan.ts";

/** What the report is made of. */
export interface AnomalyReportInput {
  /** The range that was judged, with its filter and the dimensions whose groups were watched. */
  readonly query: CostQuery;
  readonly plan: AnomalyPlan;
  readonly anomalies: readonly Anomaly[];
  /** How many more there are beyond the limit. */
  readonly left_out: number;
  /** Of all usage by bucket of the plan. */
  readonly rows: readonly CostRow[];
  /** What was expected of each bucket of the plan altogether, in approximate dollars. */
  readonly expected: readonly (number | undefined)[];
  readonly min_impact: Usd;
  /** Above it the total is flagged; groups are above a larger one, so that all of them together are as seldom. */
  readonly flag_score: number;
  readonly now: number;
  readonly price_book: string;
}

const COLUMNS: readonly ReportColumn[] = [
  { name: "since", type: "time" },
  { name: "until", type: "time" },
  { name: "series", type: "text" },
  { name: "direction", type: "text" },
  { name: "severity", type: "text" },
  { name: "score", type: "thousandths" },
  { name: "actual_usd", type: "usd" },
  { name: "expected_estimate_usd", type: "usd" },
  { name: "impact_usd", type: "usd" },
  { name: "impact_percent", type: "thousandths" },
  { name: "usual_from", type: "approximate_usd" },
  { name: "usual_to", type: "approximate_usd" },
  { name: "month_impact", type: "approximate_usd" },
  { name: "state", type: "text" },
  { name: "cause", type: "text" },
  { name: "where", type: "text" },
  { name: "id", type: "text" },
];

/** Columns of the small tables, by name: an answer without rows does not tell them. */
export const ANOMALY_TABLES: Readonly<Record<string, readonly ReportColumn[]>> = {
  causes: [
    { name: "anomaly_id", type: "text" },
    { name: "cause", type: "text" },
    { name: "model", type: "text" },
    { name: "amount_usd", type: "usd" },
  ],
  contributors: [
    { name: "anomaly_id", type: "text" },
    { name: "where", type: "text" },
    { name: "actual_usd", type: "usd" },
    { name: "expected_estimate_usd", type: "usd" },
    { name: "amount_usd", type: "usd" },
  ],
  periods: [
    { name: "period", type: "time" },
    { name: "cost_usd", type: "usd" },
    { name: "expected", type: "approximate_usd" },
    { name: "anomaly", type: "text" },
  ],
};

/** Reports anomalies, by time. */
export function buildAnomalyReport(input: AnomalyReportInput): Report {
  const { query, plan, anomalies } = input;
  const judged = input.rows.filter(({ bucket }) => bucket >= plan.judged_from);
  const head = reportHead(input, { type: "anomaly", title: "Anomalies" });
  const table = (name: string, rows: SideTable["rows"]) => [name, { columns: ANOMALY_TABLES[name]!, rows }] as const;
  return {
    report: {
      ...head,
      group_by: query.group_by,
      summary: {
        found_anomalies: { value: BigInt(anomalies.length), type: "integer" },
        left_out_anomalies: { value: BigInt(input.left_out), type: "integer" },
        least_impact_usd: { value: input.min_impact, type: "usd" },
        flag_score: { value: toThousandths(input.flag_score), type: "thousandths" },
      },
      tables: Object.fromEntries([
        table("causes", anomalies.flatMap(causeRows)),
        table("contributors", anomalies.flatMap(contributorRows)),
        table("periods", periodRows(input)),
      ]),
    },
    columns: COLUMNS,
    rows: anomalies.map((anomaly) => rowOf(anomaly, plan)),
    totals: {},
    coverage: coverageOf(sumRows(judged).measures),
  };
}

function rowOf(anomaly: Anomaly, plan: AnomalyPlan): Cell[] {
  const periods = anomaly.last - anomaly.first + 1;
  const perMonth = plan.interval === "day" ? 30 : 30 * 24;
  const impact = Number(anomaly.impact) / 1e9;
  return [
    anomaly.since.label,
    formatInstant(anomaly.until.until, plan.tz),
    nameSeries(anomaly.key),
    anomaly.direction === 1 ? "above" : "below",
    anomaly.severity,
    toThousandths(anomaly.score),
    anomaly.actual,
    anomaly.expected_estimate,
    anomaly.impact,
    anomaly.expected_estimate === 0n ? null : percentOf(anomaly.impact, anomaly.expected_estimate),
    toApproximateCell(anomaly.lower),
    toApproximateCell(anomaly.upper),
    toApproximateCell(impact / periods * perMonth),
    anomaly.is_ongoing ? "goes on" : anomaly.is_accepted ? "the new normal" : "over",
    describeCauses(anomaly),
    describeContributors(anomaly),
    anomaly.id,
  ];
}

function percentOf(part: bigint, whole: bigint): bigint {
  return toThousandths(Number(part) / Number(whole) * 100);
}

function causeRows({ id, causes }: Anomaly): Cell[][] {
  // What has no price has no amount either: nobody knows it.
  return causes.map(({ name, model, amount }) => [id, name, model, name === "unpriced" ? null : amount]);
}

function contributorRows({ id, contributors }: Anomaly): Cell[][] {
  return contributors.map((contributor) => {
    const { actual, expected } = contributor;
    return [id, describePlace(contributor), actual, expected, actual - expected];
  });
}

function periodRows({ plan, rows, expected, anomalies }: AnomalyReportInput): Cell[][] {
  const costs = new Map(rows.map(({ bucket, measures }) => [bucket, measures.cost]));
  const ofTotal = anomalies.filter(({ key }) => key.length === 0);
  return plan.buckets.slice(plan.judged_from).map(({ label }, index) => {
    const at = plan.judged_from + index;
    const anomaly = ofTotal.find(({ first, last }) => first <= at && at <= last);
    const usual = expected[at];
    return [
      label,
      costs.get(at) ?? 0n,
      usual === undefined ? null : toApproximateCell(Math.max(0, usual)),
      anomaly === undefined ? null : anomaly.direction === 1 ? "above" : "below",
    ];
  });
}
