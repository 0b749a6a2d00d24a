/**
 * Statistics of usage: what there is of a period, in one answer.
 */

import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import { buildStatistics } from "../../core/analytics/statistics.ts";
import type { Report } from "../../core/report/report.ts";
import { readUsageFacts } from "../../db/call_facts.ts";
import { readCosts } from "../../db/costs.ts";
import type { ComparisonInput } from "./analytics.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Providers and models that are listed. */
const TOP = 10;

/** Counts, tokens, costs, latencies and errors of a period. Fails with `invalid` on a query that cannot be read. */
export const readStatistics: Operation<ComparisonInput, Report> = {
  name: "readStatistics",
  permission: "usage:read",
  handle: async (environment, principal, input) => {
    const now = environment.now();
    const organization_id = chooseOrganization(principal, input);
    const query = parseCostQuery({ ...input, organization_id, group_by: ["provider", "model"] }, now);
    const rows = await readCosts(environment.database, query);
    const facts = await readUsageFacts(environment.database, query);
    return buildStatistics({ query, rows, facts, limit: TOP, now, price_book: await environment.priceBookVersion() });
  },
};
