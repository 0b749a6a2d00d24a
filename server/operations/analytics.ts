/**
 * Analytics: usage and costs over time, providers and models side by side.
 */

import { compareGroups } from "../../core/analytics/compare_groups.ts";
import { previousRange } from "../../core/analytics/compare_periods.ts";
import { parseInterval } from "../../core/analytics/parse_interval.ts";
import { type CostQueryTexts, parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostQuery, TimeRange } from "../../core/analytics/query.ts";
import { buildCostSeries, buildUsageSeries } from "../../core/analytics/series.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import type { Principal } from "../../core/access.ts";
import type { Report } from "../../core/report/report.ts";
import { readGroupFacts } from "../../db/call_facts.ts";
import { readCosts } from "../../db/costs.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** A series as asked for: by day, unless `interval` or `group_by` says otherwise. */
export type SeriesInput = Omit<CostQueryTexts, "organization_id"> & {
  readonly organization_id?: string;
  /** `hour`, `day`, `week` or `month`. */
  readonly interval?: string;
};

/** Reports costs by period. Fails with `invalid` on a query that cannot be read. */
export const analyzeCosts: Operation<SeriesInput, Report> = {
  name: "analyzeCosts",
  permission: "analytics:read",
  handle: async (environment, principal, input) => buildCostSeries(await readSeries(environment, principal, input)),
};

/** Reports usage by period. Fails with `invalid` on a query that cannot be read. */
export const analyzeUsage: Operation<SeriesInput, Report> = {
  name: "analyzeUsage",
  permission: "analytics:read",
  handle: async (environment, principal, input) => buildUsageSeries(await readSeries(environment, principal, input)),
};

/** What is compared: a period's records, filtered. */
export type ComparisonInput = Pick<SeriesInput, "organization_id" | (typeof PERIOD_NAMES)[number]>;

/** The names of a query that say which records, not how they are grouped. */
const PERIOD_NAMES = ["since", "until", "start_date", "end_date", "tz", "filter"] as const;

/** Compares providers. Fails with `invalid` on a query that cannot be read. */
export const compareProviders: Operation<ComparisonInput, Report> = {
  name: "compareProviders",
  permission: "analytics:read",
  handle: (environment, principal, input) => compare(environment, principal, { ...input, type: "providers" }),
};

/** Compares models, each with its provider. Fails with `invalid` on a query that cannot be read. */
export const compareModels: Operation<ComparisonInput, Report> = {
  name: "compareModels",
  permission: "analytics:read",
  handle: (environment, principal, input) => compare(environment, principal, { ...input, type: "models" }),
};

/** Reads a query's rows in its range and in another one before it, at one moment. */
export async function readBothPeriods(
  { database }: Environment,
  query: CostQuery,
  previous: TimeRange,
): Promise<{ readonly rows: CostRow[]; readonly previous_rows: CostRow[] }> {
  const buckets = [previous, query.range].map((range) => ({ ...range, label: "" }));
  const rows = await readCosts(database, { ...query, buckets });
  const ofBucket = (bucket: number) =>
    rows.filter((row) => row.bucket === bucket).map((row) => ({ ...row, bucket: 0 }));
  return { previous_rows: ofBucket(0), rows: ofBucket(1) };
}

async function readSeries(environment: Environment, principal: Principal, input: SeriesInput) {
  const now = environment.now();
  const { interval, ...texts } = input;
  const asked = { ...texts, organization_id: chooseOrganization(principal, input) };
  const named = interval === undefined ? parseCostQuery(asked, now).interval : null;
  const group_by = [...(named === null ? [parseInterval(interval ?? "day")] : []), ...(input.group_by ?? [])];
  const query = parseCostQuery({ ...asked, group_by }, now);
  const rows = await readCosts(environment.database, query);
  return { query, rows, now, price_book: await environment.priceBookVersion() };
}

async function compare(
  environment: Environment,
  principal: Principal,
  input: ComparisonInput & { readonly type: "providers" | "models" },
): Promise<Report> {
  const now = environment.now();
  const { type, organization_id: _named, ...texts } = input;
  const group_by = type === "models" ? ["provider", "model"] : ["provider"];
  const query = parseCostQuery({ ...texts, group_by, organization_id: chooseOrganization(principal, input) }, now);
  const before = previousRange(query.range, { tz: query.tz, now });
  const { rows, previous_rows } = await readBothPeriods(environment, query, before);
  const facts = await readGroupFacts(environment.database, query, { hasSavings: type === "models" });
  const previous = { range: before, rows: previous_rows };
  const price_book = await environment.priceBookVersion();
  return compareGroups({ query, rows, previous, facts, now, price_book }, {
    type,
    title: type === "models" ? "Models" : "Providers",
  });
}
