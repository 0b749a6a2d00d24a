/**
 * Records that were sent again: they cost what is stored, not what the price book says today.
 */

import type { RecordOutcome } from "../../core/usage/summary.ts";
import { readStoredCosts } from "../../db/stored_costs.ts";
import type { Database } from "../../db/database.ts";
import type { IngestedItem } from "./intake_run.ts";

/** Gives duplicates the cost that is stored. */
export async function giveStoredCosts(database: Database, items: readonly IngestedItem[]): Promise<IngestedItem[]> {
  const repeated = Map.groupBy(
    items.flatMap(({ outcome, record }) => outcome.outcome === "duplicate" && record !== undefined ? [record] : []),
    ({ organization_id }) => organization_id,
  );
  if (repeated.size === 0) return [...items];
  const costs = new Map<string, Awaited<ReturnType<typeof readStoredCosts>>>();
  for (const [organization_id, records] of repeated) {
    const ids = [...new Set(records.map(({ id }) => id))];
    costs.set(organization_id, await readStoredCosts(database, { organization_id, ids }));
  }
  return items.map((item) => {
    const { outcome, record } = item;
    if (outcome.outcome !== "duplicate" || record === undefined) return item;
    const stored = costs.get(record.organization_id)?.get(record.id);
    const { cost: _cost, unpriced_reason: _reason, ...rest } = outcome;
    return { ...item, outcome: { ...rest, ...write(stored) } };
  });
}

function write(
  stored: { readonly cost: RecordOutcome["cost"]; readonly unpriced_reason: unknown } | undefined,
): Pick<RecordOutcome, "cost" | "unpriced_reason"> {
  if (stored === undefined) return {};
  if (stored.cost !== null) return { cost: stored.cost };
  return { cost: null, unpriced_reason: stored.unpriced_reason as RecordOutcome["unpriced_reason"] };
}
