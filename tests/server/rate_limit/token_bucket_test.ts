import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, writeRateLimitHeaders } from "../../../server/rate_limit/decision.ts";
import { TokenBuckets } from "../../../server/rate_limit/token_bucket.ts";

const POLICY = { name: "org", per_second: 100, burst: 200 };

/** Buckets on a clock that the test sets, in milliseconds. */
function withClock(policy = POLICY, most = 1_000) {
  let now_ms = 0;
  const buckets = new TokenBuckets(policy, { most, nowUs: () => now_ms * 1_000 });
  return {
    buckets,
    at: (ms: number) => now_ms = ms,
    take: (key: string, cost = 1) => decide(buckets.take(key, cost), policy, cost),
    /** How many of so many requests of 1 at one instant are allowed. */
    allowedOf(key: string, requests: number): number {
      return Array.from({ length: requests }, () => this.take(key)).filter(({ allowed }) => allowed).length;
    },
  };
}

Deno.test("TokenBuckets: gives the burst at once, then nothing at that instant", () => {
  assert.equal(withClock().allowedOf("acme", 250), 200);
});

Deno.test("TokenBuckets: what was taken comes back steadily: 100 in a second, 1 in 10 ms, none in 9 ms", () => {
  const clock = withClock();
  clock.allowedOf("acme", 200);
  clock.at(1_000);
  assert.equal(clock.allowedOf("acme", 250), 100);
  clock.at(1_009);
  assert.equal(clock.allowedOf("acme", 5), 0);
  clock.at(1_010);
  assert.equal(clock.allowedOf("acme", 5), 1);
});

Deno.test("TokenBuckets: never gives more than the burst, however long nobody asked", () => {
  const clock = withClock();
  clock.allowedOf("acme", 200);
  clock.at(365 * 24 * 3_600_000);
  assert.equal(clock.allowedOf("acme", 250), 200);
});

Deno.test("TokenBuckets: a cost over what remains takes nothing, and smaller ones still go on", () => {
  const clock = withClock();
  clock.take("acme", 195);
  const refused = clock.take("acme", 11);
  assert.deepEqual(refused, {
    name: "org",
    allowed: false,
    remaining: 5,
    reset_seconds: 2, // 195 tokens at 100/s
    retry_after_seconds: 1, // 6 tokens at 100/s, rounded up
    quota: 200,
    window_seconds: 2,
  });
  assert.equal(clock.allowedOf("acme", 10), 5);
});

Deno.test("TokenBuckets: two organizations do not touch each other", () => {
  const clock = withClock();
  assert.equal(clock.allowedOf("acme", 201), 200);
  assert.equal(clock.allowedOf("globex", 201), 200);
});

Deno.test("TokenBuckets: a rate that divides no second gives exactly that many in a long time", () => {
  const clock = withClock({ name: "org", per_second: 3, burst: 3 });
  let allowed = 0;
  for (let ms = 0; ms <= 100_000; ms += 50) {
    clock.at(ms);
    allowed += clock.allowedOf("acme", 4);
  }
  assert.equal(allowed, 3 + 300);
});

Deno.test("TokenBuckets: waiting for as long as a refusal says is enough, and a second less is not", () => {
  const clock = withClock({ name: "org", per_second: 1, burst: 10 });
  clock.take("acme", 10);
  const { retry_after_seconds } = clock.take("acme", 7);
  assert.equal(retry_after_seconds, 7);
  clock.at(6_000);
  assert.equal(clock.take("acme", 7).allowed, false);
  clock.at(7_000);
  assert.equal(clock.take("acme", 7).allowed, true);
});

Deno.test("TokenBuckets: keeps a bounded number of keys and forgets the one that was quiet for longest", () => {
  const clock = withClock(POLICY, 2);
  clock.take("a", 200);
  clock.take("b", 200);
  clock.take("a");
  clock.take("c", 200);
  assert.equal(clock.buckets.size, 2);
  assert.equal(clock.take("a").allowed, false);
  assert.equal(clock.take("b").allowed, true);
});

Deno.test("TokenBuckets: in any stretch of time no more is given than the burst and what comes back in it", () => {
  const requests = fc.array(fc.record({ after_ms: fc.nat(3_000), cost: fc.integer({ min: 1, max: 50 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(fc.property(requests, fc.integer({ min: 1, max: 40 }), (steps, per_second) => {
    const policy = { name: "org", per_second, burst: 50 };
    const clock = withClock(policy);
    const given: { readonly ms: number; readonly cost: number }[] = [];
    let ms = 0;
    for (const { after_ms, cost } of steps) {
      ms += after_ms;
      clock.at(ms);
      if (clock.take("acme", cost).allowed) given.push({ ms, cost });
    }
    for (const [first, { ms: from }] of given.entries()) {
      let sum = 0;
      for (const { ms: until, cost } of given.slice(first)) {
        sum += cost;
        assert.ok(sum * 1_000 <= 50 * 1_000 + (until - from) * per_second, `${sum} from ${from} to ${until}`);
      }
    }
  }));
});

Deno.test("writeRateLimitHeaders() writes the policy, what is left, and Retry-After on a refusal only", () => {
  const clock = withClock();
  assert.deepEqual(writeRateLimitHeaders(clock.take("acme", 50)), {
    "RateLimit-Policy": '"org";q=200;w=2',
    "RateLimit": '"org";r=150;t=1',
  });
  clock.take("acme", 150);
  assert.deepEqual(writeRateLimitHeaders(clock.take("acme")), {
    "RateLimit-Policy": '"org";q=200;w=2',
    "RateLimit": '"org";r=0;t=2',
    "Retry-After": "1",
  });
});

Deno.test("decide() rounds a window up to whole seconds", () => {
  const policy = { name: "org", per_second: 100, burst: 150 };
  assert.equal(decide({ consumed: 1, ms_until_full: 10 }, policy, 1).window_seconds, 2);
});
