/**
 * What a rate limiter says to one request, and the headers that say it to the client.
 */

import type { RateLimitPolicy, Taken } from "./token_bucket.ts";

/** Whether a request may go on, and what is left. */
export interface RateLimitDecision {
  /** The policy's name. */
  readonly name: string;
  readonly allowed: boolean;
  /** Whole tokens that can be taken now. */
  readonly remaining: number;
  /** Seconds until the whole quota is there again, rounded up. */
  readonly reset_seconds: number;
  /** Seconds until what was refused would be allowed, at least 1; 0 when it is allowed. */
  readonly retry_after_seconds: number;
  readonly quota: number;
  /** Seconds in which the whole quota comes back, rounded up. */
  readonly window_seconds: number;
}

/** Says what became of taking `cost` tokens. */
export function decide({ consumed, ms_until_full }: Taken, policy: RateLimitPolicy, cost: number): RateLimitDecision {
  const { name, burst, per_second } = policy;
  const allowed = consumed <= burst;
  const wait_ms = ms_until_full - (burst - cost) * 1_000 / per_second;
  return {
    name,
    allowed,
    remaining: Math.max(0, allowed ? burst - consumed : burst - consumed + cost),
    reset_seconds: Math.ceil(ms_until_full / 1_000),
    retry_after_seconds: allowed ? 0 : Math.max(1, Math.ceil(wait_ms / 1_000)),
    quota: burst,
    window_seconds: Math.ceil(burst / per_second),
  };
}

/** The headers of a response: `RateLimit` and `RateLimit-Policy` (IETF httpapi draft 10), `Retry-After` on a refusal. */
export function writeRateLimitHeaders(decision: RateLimitDecision): Record<string, string> {
  const { name, allowed, remaining, reset_seconds, retry_after_seconds, quota, window_seconds } = decision;
  const headers = {
    "RateLimit-Policy": `"${name}";q=${quota};w=${window_seconds}`,
    "RateLimit": `"${name}";r=${remaining};t=${reset_seconds}`,
  };
  return allowed ? headers : { ...headers, "Retry-After": String(retry_after_seconds) };
}
