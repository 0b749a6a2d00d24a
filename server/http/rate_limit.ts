/**
 * The rate limit as HTTP sees it: what a request takes, and that it is refused when there is no more.
 */

import { CostopsError } from "../../core/error.ts";
import type { RateLimitDecision } from "../rate_limit/decision.ts";
import type { RateLimiter } from "../rate_limit/rate_limiter.ts";

/** The limits of one app. */
export interface RateLimits {
  /** By organization. */
  readonly organizations: Pick<RateLimiter, "consume">;
  /** By address, for requests without a good credential. */
  readonly addresses: Pick<RateLimiter, "consume">;
}

/** Fails with `rate_limited` unless the decision allows. */
export function requireAllowed({ allowed, retry_after_seconds }: RateLimitDecision): void {
  if (allowed) return;
  throw new CostopsError("rate_limited", `Cannot take more requests now: try again in ${retry_after_seconds} s`, {
    retry_after_s: retry_after_seconds,
  });
}
