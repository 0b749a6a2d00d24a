/**
 * The rate limit: of each organization, shared by all processes where they share a store; of each address without a
 * credential, in this process.
 */

import { LIMITS } from "../../core/limits.ts";
import { isPostgresUrl } from "../../db/database.ts";
import { addressKey } from "./address_key.ts";
import { decide, type RateLimitDecision } from "./decision.ts";
import { describeTaken, monotonicUs, type RateLimitPolicy, type Taken, TokenBuckets } from "./token_bucket.ts";

/** Decides whether requests may go on. */
export interface RateLimiter {
  /**
   * Takes `cost` tokens of a key, all or none. A cost above the whole quota takes the whole quota: it would be refused
   * for ever. Never fails.
   */
  consume(key: string, cost?: number): Promise<RateLimitDecision>;
  close(): Promise<void>;
}

/** Where processes share their buckets. */
export interface SharedBuckets {
  /** Takes tokens, all or none. Fails within a second when the store does not answer. */
  take(key: string, cost: number): Promise<Taken>;
  close(): Promise<void>;
}

/** What the limiter of organizations is made of. */
export interface RateLimiterOptions {
  readonly per_second: number;
  readonly burst: number;
  readonly database_url: string;
  readonly redis_url: string | undefined;
  /** Told once when the shared store fails, with the reason, and once when it answers again, without. */
  readonly onStoreChange: (failure: unknown) => void;
}

/** A store that has failed is asked again after this. */
const REST_US = 1_000_000;

/** Requests without a good credential: enough for a page that logs in, too few to try keys. */
const UNAUTHENTICATED: RateLimitPolicy = { name: "address", per_second: 20, burst: 20 };

/**
 * Opens the limiter of organizations: over Redis where there is an address of one, else over the Postgres of the
 * database, else in memory. A shared store that fails does not stop requests: meanwhile each process counts for itself,
 * so that an organization may take as many times its limit as there are processes.
 */
export async function openRateLimiter(options: RateLimiterOptions): Promise<RateLimiter> {
  const policy: RateLimitPolicy = { name: "org", per_second: options.per_second, burst: options.burst };
  const own = new TokenBuckets(policy, { most: LIMITS.rate_limit_keys, nowUs: monotonicUs });
  const shared = await openShared(policy, options);
  if (shared === undefined) return limit(policy, { take: (key, cost) => own.take(key, cost) });
  return limit(policy, insure(shared, own, options));
}

/** The limiter of requests without a good credential, by the address they come from. */
export function createAddressLimiter(): RateLimiter {
  const buckets = new TokenBuckets(UNAUTHENTICATED, { most: LIMITS.rate_limit_keys, nowUs: monotonicUs });
  return limit(UNAUTHENTICATED, { take: (address, cost) => buckets.take(addressKey(address), cost) });
}

interface Taking {
  take(key: string, cost: number): Taken | Promise<Taken>;
  close?(): Promise<void>;
}

function limit(policy: RateLimitPolicy, taking: Taking): RateLimiter {
  return {
    consume: async (key, cost = 1) => {
      const most = Math.min(cost, policy.burst);
      return decide(await taking.take(key, most), policy, most);
    },
    close: async () => await taking.close?.(),
  };
}

async function openShared(
  policy: RateLimitPolicy,
  { database_url, redis_url }: RateLimiterOptions,
): Promise<SharedBuckets | undefined> {
  if (redis_url !== undefined) return (await import("./redis_buckets.ts")).openRedisBuckets(redis_url, policy);
  return isPostgresUrl(database_url) ? await openPostgresBuckets(database_url, policy) : undefined;
}

async function openPostgresBuckets(url: string, { per_second, burst }: RateLimitPolicy): Promise<SharedBuckets> {
  const limits = (await import("../../db/rate_limits.ts")).openRateLimits(url);
  return {
    take: async (key, cost) => {
      const { used, taken } = await limits.take(key, { cost, per_second, burst });
      return describeTaken({ used, taken, cost }, per_second);
    },
    close: () => limits.close(),
  };
}

/** Asks the shared store, and this process's own buckets while that fails. */
function insure(shared: SharedBuckets, own: TokenBuckets, { onStoreChange }: RateLimiterOptions): Taking {
  let restsUntilUs = 0;
  let hasFailed = false;
  const note = (failure: unknown) => {
    if (hasFailed === (failure !== undefined)) return;
    hasFailed = failure !== undefined;
    onStoreChange(failure);
  };
  return {
    take: async (key, cost) => {
      if (monotonicUs() < restsUntilUs) return own.take(key, cost);
      try {
        const taken = await shared.take(key, cost);
        note(undefined);
        return taken;
      } catch (failure) {
        restsUntilUs = monotonicUs() + REST_US;
        note(failure);
        return own.take(key, cost);
      }
    },
    close: () => shared.close(),
  };
}
