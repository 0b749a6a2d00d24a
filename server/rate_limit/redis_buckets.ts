/**
 * Token buckets in Redis, for processes that share one.
 */

import { createClient } from "@redis/client";
import { RateLimiterRedis, RateLimiterRes, RLWrapperTimeouts } from "rate-limiter-flexible";
import type { SharedBuckets } from "./rate_limiter.ts";
import type { RateLimitPolicy, Taken } from "./token_bucket.ts";

/** Redis answers in well under a millisecond; a request does not wait longer than this. */
const ANSWER_MS = 250;
const CONNECT_MS = 500;
/** Between two tries to connect: 50, 100, 200 ms, …. */
const LONGEST_PAUSE_MS = 1_000;

/** Opens buckets in the Redis at an address. Waits a moment for the connection; until it is there, taking fails. */
export async function openRedisBuckets(url: string, policy: RateLimitPolicy): Promise<SharedBuckets> {
  const client = createClient({
    url,
    name: "costops",
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, LONGEST_PAUSE_MS) + Math.random() * 50,
    },
  });
  let failure: unknown;
  // Why there is no connection is said by whoever takes; the client connects again by itself.
  client.on("error", (error) => failure = error);
  client.on("ready", () => failure = undefined);
  await connectInBackground(client);
  const limiter = new RLWrapperTimeouts({
    limiter: new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      keyPrefix: "costops:rate_limit",
      points: policy.burst,
      // The script below says itself when a key ends; the library asks for a whole number of seconds.
      duration: Math.ceil(policy.burst / policy.per_second),
      customIncrTtlLuaScript: writeScript(policy),
    }),
    timeoutMs: ANSWER_MS,
  });
  return {
    take: async (key, cost) => {
      try {
        return toTaken(await limiter.consume(key, cost));
      } catch (error) {
        if (error instanceof RateLimiterRes) return toTaken(error);
        throw failure ?? error;
      }
    },
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

interface Connecting {
  once(event: "error", listener: () => void): unknown;
  connect(): Promise<unknown>;
}

/** Starts connecting, which never ends while there is no server; the first outcome, or half a second, is waited for. */
async function connectInBackground(client: Connecting): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CONNECT_MS);
  client.once("error", () => resolve());
  client.connect().then(() => resolve(), () => resolve());
  await promise;
  clearTimeout(timer);
}

function toTaken({ consumedPoints, msBeforeNext }: RateLimiterRes): Taken {
  return { consumed: consumedPoints, ms_until_full: msBeforeNext };
}

/**
 * Takes ARGV[1] of ARGV[3] tokens of the bucket KEYS[1], by the clock of Redis, and answers as {@link Taken}. The
 * library's own script counts in windows, which let through twice the burst where two of them meet.
 */
function writeScript({ per_second }: RateLimitPolicy): string {
  return `
local cost, burst, per_second = tonumber(ARGV[1]) * 1000000, tonumber(ARGV[3]) * 1000000, ${per_second}
local time = redis.call('time')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local bucket = redis.call('hmget', KEYS[1], 'used', 'at_us')
local out = tonumber(bucket[1] or 0)
local elapsed = math.max(0, now - tonumber(bucket[2] or now))
out = math.max(0, out - elapsed * per_second)
local used = out
if out + cost <= burst then used = out + cost end
local ms_until_full = math.ceil(used / per_second / 1000)
redis.call('hset', KEYS[1], 'used', string.format('%.0f', used), 'at_us', string.format('%.0f', now))
redis.call('pexpire', KEYS[1], ms_until_full + 1000)
return {math.ceil(out / 1000000) + cost / 1000000, ms_until_full}
`;
}
