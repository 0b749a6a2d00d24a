/**
 * What a call would cost before it is made.
 */

import { type Estimate, estimateCost } from "../../core/pricing/estimate.ts";
import type { UsageCounts } from "../../core/usage/record.ts";
import type { ServiceTier } from "../../core/usage/record.ts";
import { CostopsError } from "../../core/error.ts";
import { chooseOrganization } from "./reports.ts";
import type { Operation } from "./operation.ts";

/** A hypothetical call; `timestamp` is now when it is not given. */
export interface EstimateInput {
  readonly organization_id?: string;
  readonly provider?: string;
  readonly model: string;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp?: number;
  readonly counts: UsageCounts;
  /** How many cheaper models to name. */
  readonly alternatives: number;
}

/** An estimate with the names it was made for. */
export interface EstimateAnswer extends Estimate {
  readonly provider: string;
  readonly model: string;
  readonly counts: UsageCounts;
}

/** Prices a hypothetical call. Fails with `invalid` when neither provider nor model tell who would sell it. */
export const estimateCall: Operation<EstimateInput, EstimateAnswer> = {
  name: "estimateCall",
  permission: "cost:read",
  handle: async (environment, principal, input) => {
    const book = await environment.priceBook();
    const { provider } = book.resolve(input.provider, input.model);
    if (provider === null) {
      throw new CostopsError("invalid", `Cannot tell the provider of model "${input.model}": give the provider`);
    }
    const call = {
      organization_id: chooseOrganization(principal, input),
      provider,
      model: input.model,
      timestamp: input.timestamp ?? environment.now(),
      service_tier: input.service_tier,
      region: input.region,
      ...input.counts,
    };
    const estimate = estimateCost(call, { book, count: input.alternatives });
    return { ...estimate, provider, model: input.model, counts: input.counts };
  },
};
