/**
 * Quality flags in words.
 */

import type { QualityFlag } from "../core/usage/record.ts";

/** What each flag says of a record. */
export const QUALITY_WORDS: { readonly [Flag in QualityFlag]: string } = {
  cache_write_unsplit:
    "the source does not say how long all of the cache was written for; what it left open is priced as 5 minutes",
  assumed_inclusive: "it could not be told whether the input includes the cache; it was taken to",
  breakdown_exceeds_total: "the source's parts add up to more than its total; the parts were kept",
  total_mismatch: "the source's own total differs from the sum of its parts",
  unmapped_tokens: "the source counts tokens that costops does not know; they are kept and not priced",
  assumed_timestamp: "the source does not say when the call was; the time it came in was taken",
  assumed_provider: "the source names no provider; the model's name told it",
  unknown_service_tier: "the source names a service tier that costops does not know; it is priced as standard",
  extra_dropped: "further fields of the source were too large to keep",
  missing_model: "the source does not say which model; it is stored as `unknown`, without a price",
  served_from_cache: "a gateway answered from its own cache: nothing was used, what the answer once took is kept",
  implausible_latency: "the source's latency is below 0 or above 30 days; it was left out",
};
