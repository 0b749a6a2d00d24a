/**
 * Stored costs by the price book of today.
 */

import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import { priceUsage } from "../../core/pricing/cost.ts";
import { type RepriceResult, repriceUsage } from "../../db/reprice.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Which records, as written; everything when neither `since` nor `until` is given. */
export interface RepriceInput {
  readonly organization_id?: string;
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  /** `key=value`, as in a query. */
  readonly filter?: readonly string[];
  /** Nothing is changed; the answer is what would be. */
  readonly is_dry_run: boolean;
}

/**
 * Prices stored records again, each with the price now known for its own instant; all of it is changed or nothing.
 * Fails with `invalid` on a range or filter that cannot be read.
 */
export const repriceRecords: Operation<RepriceInput, RepriceResult> = {
  name: "repriceRecords",
  permission: "price:reprice",
  handle: async (environment, principal, input) => {
    const { since, until, tz, filter } = input;
    const now = environment.now();
    const organization_id = chooseOrganization(principal, input);
    const query = parseCostQuery({ organization_id, since, until, tz, filter }, now);
    const range = since === undefined && until === undefined ? undefined : query.range;
    const book = await environment.priceBook();
    return await repriceUsage(environment.database, { organization_id, range, filter: query.filter }, {
      price: (stored) => priceUsage(stored, book),
      is_preview: input.is_dry_run,
      actor: principal.actor,
      now,
    });
  },
};
