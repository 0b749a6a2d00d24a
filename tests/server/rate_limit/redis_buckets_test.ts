import assert from "node:assert/strict";
import { openRateLimiter, type RateLimiter } from "../../../server/rate_limit/rate_limiter.ts";
import { within } from "./within.ts";
import { findFreePort } from "../../free_port.ts";
import { hasRedis, type RedisServer, startRedis } from "./redis_server.ts";

const OPTIONS = { per_second: 1, burst: 20, database_url: "costops.db" };

/** A test with a server of its own and two limiters on it, as two processes have them. */
function redisTest(
  name: string,
  test: (limiters: {
    readonly one: RateLimiter;
    readonly other: RateLimiter;
    readonly redis: RedisServer;
    readonly failures: unknown[];
  }) => Promise<void>,
): void {
  const ignore = !hasRedis();
  Deno.test({ name: ignore ? `${name} (needs redis-server)` : name, ignore, fn: () => withServer(test) });
}

async function withServer(test: Parameters<typeof redisTest>[1]): Promise<void> {
  const redis = await startRedis(findFreePort());
  const failures: unknown[] = [];
  const options = { ...OPTIONS, redis_url: redis.url, onStoreChange: (failure: unknown) => failures.push(failure) };
  const one = await openRateLimiter(options);
  const other = await openRateLimiter(options);
  try {
    // The first answer takes longest: a client that has just begun may be too late for it.
    for (const limiter of [one, other]) await untilShared(limiter, failures);
    failures.length = 0;
    await test({ one, other, redis, failures });
  } finally {
    await one.close();
    await other.close();
    await redis.stop();
  }
}

/** Waits until what a limiter says is said by Redis. */
async function untilShared(limiter: RateLimiter, failures: readonly unknown[]): Promise<void> {
  for (;;) {
    await limiter.consume("nobody");
    if (failures.at(-1) === undefined) return;
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

redisTest("openRateLimiter(): two processes on one Redis share one bucket, at the same time", async (place) => {
  const { one, other, failures } = place;
  await within(1_000, async (key) => {
    const requests = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? one : other).consume(key));
    assert.equal((await Promise.all(requests)).filter(({ allowed }) => allowed).length, 20);
  });
  assert.equal((await other.consume("globex", 20)).allowed, true);
  assert.deepEqual(failures, []);
});

redisTest(
  "openRateLimiter(): Redis answers as memory does, cost over what remains and waiting times included",
  async ({ one }) => {
    const own = await openRateLimiter({ ...OPTIONS, redis_url: undefined, onStoreChange: () => {} });
    await within(1_000, async (key) => {
      for (const cost of [1, 14, 6, 5, 1, 30]) {
        assert.deepEqual(await one.consume(key, cost), await own.consume(key, cost), `cost ${cost}`);
      }
    });
  },
);

redisTest("openRateLimiter(): on Redis what was taken comes back", async ({ one }) => {
  await within(1_000, async (key) => {
    assert.equal((await one.consume(key, 20)).allowed, true);
    assert.equal((await one.consume(key)).allowed, false);
  });
  await one.consume("acme", 20);
  await pause(1_020);
  assert.equal((await one.consume("acme")).allowed, true);
});

redisTest(
  "openRateLimiter(): a Redis that hangs holds a request up once, and is used again when it answers",
  async (place) => {
    const { one, other, redis, failures } = place;
    await one.consume("acme", 5);
    redis.pause();
    // The first waits for an answer, and is counted here then, as those are that come within a second after it.
    await within(1_000, async (key) => {
      assert.equal((await one.consume(key, 20)).allowed, true);
      const inTurn: string[] = [];
      const later = new Promise((resolve) => setTimeout(resolve, 0)).then(() => inTurn.push("a later turn"));
      assert.equal((await one.consume(key)).allowed, false);
      inTurn.push("answered");
      await later;
      assert.deepEqual(inTurn, ["answered", "a later turn"]);
    });
    assert.match(String(failures[0]), /timed out/);
    redis.resume();
    await untilShared(one, failures);
    assert.equal((await one.consume("acme")).allowed, true);
    assert.equal((await other.consume("globex", 20)).allowed, true);
    assert.deepEqual(failures.slice(1), [undefined]);
  },
);
