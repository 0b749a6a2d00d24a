/**
 * Trends of cost: by period, against what was before, and what moved it.
 */

import { previousRange } from "../../core/analytics/compare_periods.ts";
import { parseInterval } from "../../core/analytics/parse_interval.ts";
import { parseCostQuery, parseDimension } from "../../core/analytics/parse_query.ts";
import { planTrend } from "../../core/analytics/periods.ts";
import { buildTrendsReport } from "../../core/analytics/trends.ts";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Report } from "../../core/report/report.ts";
import { findFirstDay } from "../../db/call_facts.ts";
import { readCosts } from "../../db/costs.ts";
import { type ComparisonInput, readBothPeriods } from "./analytics.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** A trend as asked for. */
export type TrendsInput = ComparisonInput & {
  /** `hour`, `day`, `week` or `month`; a day when not given. */
  readonly interval?: string;
  /** Periods of the moving average; 7 when not given. */
  readonly window?: number;
  /** By which dimension what moved the cost is told; the model when not given. */
  readonly movers_by?: string;
  /** How many that rose, and as many that fell; 5 when not given. */
  readonly movers?: number;
};

const DEFAULT_WINDOW = 7;
const DEFAULT_MOVERS = 5;

/**
 * Reports the trend of cost over whole periods. Fails with `invalid` on a query that cannot be read, with
 * `beyond_retention` when it needs records that were dropped, and with `too_large` beyond LIMITS.query_buckets.
 */
export const readTrends: Operation<TrendsInput, Report> = {
  name: "readTrends",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const now = environment.now();
    const { interval: interval_text, window: window_count, movers_by, movers, ...texts } = input;
    const organization_id = chooseOrganization(principal, input);
    const interval = parseInterval(interval_text ?? "day");
    const window = readCount("window", window_count ?? DEFAULT_WINDOW, LIMITS.trend_window);
    const limit = readCount("movers", movers ?? DEFAULT_MOVERS, LIMITS.movers);
    const dimension = parseDimension(movers_by ?? "model");
    const asked = parseCostQuery({ ...texts, organization_id, group_by: [] }, now);
    const plan = planTrend(asked.range, { interval, tz: asked.tz, window, now });
    const query = { ...asked, range: plan.range, interval, buckets: plan.buckets };
    const rows = await readCosts(environment.database, query);
    const previous_range = previousRange(plan.range, { tz: asked.tz, now });
    const byMover = { ...query, interval: null, group_by: [dimension] };
    const moved = await readBothPeriods(environment, byMover, previous_range);
    return buildTrendsReport({
      query,
      plan,
      rows,
      now,
      first_day: await findFirstDay(environment.database, organization_id),
      movers: { dimension, limit, previous_range, ...moved },
      price_book: await environment.priceBookVersion(),
    });
  },
};

function readCount(name: string, count: number, most: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new CostopsError("invalid", `Cannot take ${count} as --${name}: write a whole number from 1 to ${most}`);
}
