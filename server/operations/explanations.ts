/**
 * Explanations: how one record's cost came about.
 */

import { CostopsError } from "../../core/error.ts";
import { explainCost, priceUsage } from "../../core/pricing/cost.ts";
import type { Cost } from "../../core/pricing/price.ts";
import { type PricedUsage, readUsage } from "../../db/usage.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";
import { chooseOrganization } from "./reports.ts";

/** Which record. */
export interface ExplainInput {
  readonly organization_id?: string;
  readonly id: string;
}

/** A record and how its cost came about. */
export interface Explanation {
  readonly usage: PricedUsage;
  /** The arithmetic from the stored price; the components add up to the stored cost. */
  readonly cost: Extract<Cost, { readonly components: unknown }> | null;
  /** Of a record without a cost: what the price book says today. */
  readonly today: Cost | null;
  /** Of a record without a cost: the nearest models there are prices of, nearest first. */
  readonly nearest_models: readonly string[];
}

/**
 * Explains a record. Fails with `not_found` and `deleted` as {@link readUsage} does, and with `storage_failure` when
 * the stored cost does not follow from the stored price.
 */
export const explainUsage: Operation<ExplainInput, Explanation> = {
  name: "explainUsage",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const key = { organization_id: chooseOrganization(principal, input), id: input.id };
    const usage = await readUsage(environment.database, key);
    return usage.price === null ? await explainAbsence(environment, usage) : explainStored(usage);
  },
};

function explainStored(usage: PricedUsage): Explanation {
  const cost = usage.price === null ? null : explainCost(usage, usage.price);
  if (cost === null || cost.amount === null || cost.amount !== usage.cost) {
    throw new CostopsError(
      "storage_failure",
      `Cannot explain "${usage.id}": its stored cost does not follow from its stored price; run costops db doctor`,
    );
  }
  return { usage, cost, today: null, nearest_models: [] };
}

/** Names offered when there is no price. */
const NEAREST = 3;

async function explainAbsence(environment: Environment, usage: PricedUsage): Promise<Explanation> {
  const book = await environment.priceBook();
  const isNameUnknown = usage.unpriced_reason === "unknown_model" || usage.unpriced_reason === "unknown_provider";
  return {
    usage,
    cost: null,
    today: priceUsage(usage, book),
    nearest_models: isNameUnknown ? book.nearestModels(usage.provider, usage.model, NEAREST) : [],
  };
}
