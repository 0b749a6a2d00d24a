/**
 * The costs of records that were stored before, for whoever sends them again.
 */

import { type Usd, usdFromNanos } from "../core/money.ts";
import type { UnpricedReason } from "../core/pricing/price.ts";
import type { Database } from "./database.ts";

/** What a stored record costs. */
export interface StoredCost {
  readonly cost: Usd | null;
  readonly unpriced_reason: UnpricedReason | null;
}

/** Ids in one statement; each is a parameter. */
const IDS = 500;

/** The costs of an organization's records by id; those that retention has dropped are not there. */
export async function readStoredCosts(
  { reader }: Database,
  { organization_id, ids }: { readonly organization_id: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, StoredCost>> {
  const costs = new Map<string, StoredCost>();
  for (let from = 0; from < ids.length; from += IDS) {
    const rows = await reader.selectFrom("usage_identity as i")
      .innerJoin(
        "usage as u",
        (join) =>
          join.onRef("u.organization_id", "=", "i.organization_id").onRef("u.timestamp", "=", "i.timestamp")
            .onRef("u.id", "=", "i.id"),
      )
      .select(["i.id", "u.cost_nanos", "u.unpriced_reason"])
      .where("i.organization_id", "=", organization_id).where("i.id", "in", ids.slice(from, from + IDS)).execute();
    for (const { id, cost_nanos, unpriced_reason } of rows) {
      costs.set(id, {
        cost: cost_nanos === null ? null : usdFromNanos(cost_nanos),
        unpriced_reason: unpriced_reason as UnpricedReason | null,
      });
    }
  }
  return costs;
}
