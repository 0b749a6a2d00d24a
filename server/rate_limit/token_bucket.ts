/**
 * Token buckets: each key may take a burst at once, and what it took comes back at a steady rate.
 *
 * All arithmetic is in whole millionths of a token and whole microseconds, so that it is exact: in one microsecond a
 * bucket gets back as many millionths as its rate has tokens a second. Postgres and Redis work it out likewise.
 */

/** What every key may take. */
export interface RateLimitPolicy {
  /** As clients see it. */
  readonly name: string;
  /** Tokens that come back in a second, at least 1. */
  readonly per_second: number;
  /** Tokens that may be taken at once, at least 1. */
  readonly burst: number;
}

/** What became of taking: the state of a key's bucket, whether the tokens were there or not. */
export interface Taken {
  /** Tokens out of the bucket before, rounded up, and those asked for: above the burst they were not taken. */
  readonly consumed: number;
  /** Milliseconds until the bucket is full again, rounded up. */
  readonly ms_until_full: number;
}

interface Bucket {
  /** Millionths of a token that are out, at `at_us`. */
  readonly used: number;
  /** Microseconds of a clock that never goes back. */
  readonly at_us: number;
}

const MILLION = 1_000_000;

/** Buckets in the memory of this process: no more than `most`, then the ones unused for longest are forgotten. */
export class TokenBuckets {
  readonly #policy: RateLimitPolicy;
  readonly #most: number;
  readonly #nowUs: () => number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(policy: RateLimitPolicy, { most, nowUs }: { readonly most: number; readonly nowUs: () => number }) {
    this.#policy = policy;
    this.#most = most;
    this.#nowUs = nowUs;
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes tokens, all or none. */
  take(key: string, cost: number): Taken {
    const { per_second, burst } = this.#policy;
    const at_us = this.#nowUs();
    const before = this.#buckets.get(key) ?? { used: 0, at_us };
    const out = Math.max(0, before.used - (at_us - before.at_us) * per_second);
    const taken = out + cost * MILLION <= burst * MILLION ? cost : 0;
    const used = out + taken * MILLION;
    this.#keep(key, { used, at_us });
    return describeTaken({ used, taken, cost }, per_second);
  }

  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#most) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}

/** Says what became of taking `cost` tokens from the bucket that now has `used` millionths out, `taken` tokens just now. */
export function describeTaken(
  { used, taken, cost }: { readonly used: number; readonly taken: number; readonly cost: number },
  per_second: number,
): Taken {
  return {
    consumed: Math.ceil((used - taken * MILLION) / MILLION) + cost,
    ms_until_full: Math.ceil(used / per_second / 1_000),
  };
}

/** Microseconds of this process's clock that never goes back. */
export function monotonicUs(): number {
  return Math.floor(performance.now() * 1_000);
}
