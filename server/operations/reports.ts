/**
 * Reports over costs and usage, made at once.
 */

import {
  buildCostReport,
  buildUsageReport,
  costKind,
  streamReport,
  usageKind,
} from "../../core/analytics/build_report.ts";
import { buildSummaryReport, previousRange } from "../../core/analytics/compare_periods.ts";
import { type CostQueryTexts, parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostQuery } from "../../core/analytics/query.ts";
import type { Report } from "../../core/report/report.ts";
import type { ReportStream } from "../../core/report/report_rows.ts";
import { CostopsError } from "../../core/error.ts";
import type { Principal } from "../../core/access.ts";
import { walkCosts } from "../../db/cost_walk.ts";
import { readCosts } from "../../db/costs.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";

/** What is reported. */
export const REPORT_TYPES = ["cost", "usage", "summary"] as const;
export type ReportType = (typeof REPORT_TYPES)[number];

/** A query as written; its organization, when it names one, must be the principal's or the principal a super admin. */
export type ReportInput = Omit<CostQueryTexts, "organization_id"> & {
  readonly type: ReportType;
  readonly organization_id?: string;
};

/** Reports costs or usage of an organization. Fails with `invalid` on a query that cannot be read. */
export const makeReport: Operation<ReportInput, Report> = {
  name: "makeReport",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const now = environment.now();
    return await buildReport(environment, { type: input.type, query: readReportQuery(principal, input, now), now });
  },
};

/** Reads the query of a report, grouped as its type is when it names nothing. Fails with `invalid`. */
export function readReportQuery(principal: Principal, input: ReportInput, now: number): CostQuery {
  const grouped = { ...input, group_by: input.group_by ?? DEFAULT_GROUPING[input.type] };
  const query = parseCostQuery({ ...grouped, organization_id: chooseOrganization(principal, input) }, now);
  if (input.type !== "summary" || query.interval === null) return query;
  throw new CostopsError("invalid", `Cannot summarize by ${query.interval}: a summary compares whole periods`);
}

const DEFAULT_GROUPING: Readonly<Record<ReportType, readonly string[]>> = {
  cost: ["model"],
  usage: ["model"],
  summary: ["provider", "model"],
};

/** A report to be made. */
export interface ReportToBuild {
  readonly type: ReportType;
  readonly query: CostQuery;
  /** When it is made. */
  readonly now: number;
}

/** Makes a report that is held whole. Fails with `too_large` beyond LIMITS.query_rows rows. */
export async function buildReport(environment: Environment, { type, query, now }: ReportToBuild): Promise<Report> {
  if (type === "summary") return await summarize(environment, { query, now });
  const [rows, price_book] = await Promise.all([
    readCosts(environment.database, query),
    environment.priceBookVersion(),
  ]);
  const build = type === "cost" ? buildCostReport : buildUsageReport;
  return build({ query, rows, now, price_book });
}

async function summarize(
  { database, priceBookVersion }: Environment,
  { query, now }: { query: CostQuery; now: number },
): Promise<Report> {
  const before = previousRange(query.range, { tz: query.tz, now });
  const rows = await readCosts(database, query);
  const previous_rows = await readCosts(database, { ...query, range: before, buckets: [{ ...before, label: "" }] });
  const previous = { range: before, rows: previous_rows };
  return buildSummaryReport({ query, rows, previous, now, price_book: await priceBookVersion() });
}

/** Gives a report of costs or usage to `take` as its rows come, however many there are. Fails as `take` does. */
export async function streamCosts(
  { database, priceBookVersion }: Environment,
  { type, query, now }: ReportToBuild & { readonly type: "cost" | "usage" },
  take: (report: ReportStream) => Promise<void>,
): Promise<void> {
  const price_book = await priceBookVersion();
  const kind = type === "cost" ? costKind(query) : usageKind(query);
  const order = type === "cost" ? "cost" : "tokens";
  await walkCosts(
    database,
    { query, order },
    (walked) => take(streamReport({ ...walked, query, now, price_book }, kind)),
  );
}

/** The principal's organization, or the one a super admin names. Fails with `forbidden_organization`. */
export function chooseOrganization(principal: Principal, input: { readonly organization_id?: string }): string {
  const named = input.organization_id;
  if (named === undefined || named === principal.organization_id) return principal.organization_id;
  if (principal.is_super_admin) return named;
  throw new CostopsError("forbidden_organization", `Cannot read the organization ${JSON.stringify(named)}`);
}
