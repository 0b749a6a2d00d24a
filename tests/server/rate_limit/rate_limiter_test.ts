import assert from "node:assert/strict";
import { Client } from "pg";
import { isPostgresExpected, withPostgresDatabase } from "../../db/postgres_place.ts";
import { addressKey } from "../../../server/rate_limit/address_key.ts";
import { createAddressLimiter, openRateLimiter, type RateLimiter } from "../../../server/rate_limit/rate_limiter.ts";
import { within } from "./within.ts";

/** So slow that nothing comes back while a test runs: a token in a second. */
const SLOW = { per_second: 1, burst: 20 };

/** Opens limiters with these options, each as a process of its own would; closes them with the test. */
async function withLimiters(
  urls: { readonly database_url: string; readonly redis_url?: string; readonly per_second?: number },
  test: (one: RateLimiter, other: RateLimiter, failures: unknown[]) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const options = {
    ...SLOW,
    redis_url: undefined,
    ...urls,
    onStoreChange: (failure: unknown) => failures.push(failure),
  };
  const one = await openRateLimiter(options);
  const other = await openRateLimiter(options);
  try {
    await test(one, other, failures);
  } finally {
    await one.close();
    await other.close();
  }
}

async function countAllowed(requests: readonly ReturnType<RateLimiter["consume"]>[]): Promise<number> {
  return (await Promise.all(requests)).filter(({ allowed }) => allowed).length;
}

/** Lets time pass for all buckets of a database. */
async function letPass(database_url: string, microseconds: number): Promise<void> {
  const client = new Client({ connectionString: database_url });
  await client.connect();
  await client.query("update rate_limits set at_us = at_us - $1", [microseconds]);
  await client.end();
}

function repeat(times: number, consume: (index: number) => ReturnType<RateLimiter["consume"]>) {
  return Array.from({ length: times }, (_, index) => consume(index));
}

Deno.test("openRateLimiter(): on SQLite each process counts for itself", async () => {
  await withLimiters({ database_url: "sqlite:/nowhere/costops.db" }, async (one, other) => {
    await within(1_000, async (key) => {
      assert.equal(await countAllowed(repeat(25, () => one.consume(key))), 20);
      assert.equal(await countAllowed(repeat(25, () => other.consume(key))), 20);
    });
  });
});

Deno.test("openRateLimiter(): a cost above the quota takes all of it, instead of being refused for ever", async () => {
  await withLimiters({ database_url: "costops.db" }, async (one) => {
    await within(1_000, async (key) => {
      const first = await one.consume(key, 50);
      assert.deepEqual([first.allowed, first.remaining], [true, 0]);
      const second = await one.consume(key, 50);
      assert.deepEqual([second.allowed, second.retry_after_seconds], [false, 20]);
    });
  });
});

if (isPostgresExpected()) {
  Deno.test("openRateLimiter(): two processes on one Postgres share one bucket, at the same time", async () => {
    await withPostgresDatabase((database_url) =>
      withLimiters({ database_url }, async (one, other, failures) => {
        await within(1_000, async (key) => {
          const requests = repeat(60, (index) => (index % 2 === 0 ? one : other).consume(key));
          assert.equal(await countAllowed(requests), 20);
        });
        assert.equal((await other.consume("globex", 20)).allowed, true);
        assert.deepEqual(failures, []);
      })
    );
  });

  Deno.test("openRateLimiter(): Postgres answers as memory does, cost over what remains and waiting times included", async () => {
    await withPostgresDatabase((database_url) =>
      withLimiters({ database_url }, async (shared) => {
        await withLimiters({ database_url: "costops.db" }, async (own) => {
          await within(1_000, async (key) => {
            for (const cost of [1, 14, 6, 5, 1, 30]) {
              assert.deepEqual(await shared.consume(key, cost), await own.consume(key, cost), `cost ${cost}`);
            }
          });
        });
      })
    );
  });

  Deno.test("openRateLimiter(): on Postgres what was taken comes back", async () => {
    await withPostgresDatabase((database_url) =>
      withLimiters({ database_url }, async (one) => {
        await within(1_000, async (key) => {
          assert.equal((await one.consume(key, 20)).allowed, true);
          assert.equal((await one.consume(key)).allowed, false);
        });
        await one.consume("acme", 20);
        await letPass(database_url, 20_000_000);
        assert.equal((await one.consume("acme", 20)).allowed, true);
      })
    );
  });

  Deno.test("openRateLimiter(): a Postgres whose clock was set back a day keeps no organization out", async () => {
    await withPostgresDatabase((database_url) =>
      withLimiters({ database_url }, async (one) => {
        await one.consume("acme", 20);
        await letPass(database_url, -86_400_000_000);
        assert.equal((await one.consume("acme", 20)).allowed, false);
        await letPass(database_url, 20_000_000);
        assert.equal((await one.consume("acme", 20)).allowed, true);
      })
    );
  });
}

for (
  const [store, urls] of [
    ["Postgres", { database_url: "postgres://costops@127.0.0.1:1/costops" }],
    ["Redis", { database_url: "costops.db", redis_url: "redis://127.0.0.1:1" }],
  ] as const
) {
  Deno.test({
    name: `openRateLimiter(): without its ${store} it still limits, in this process, and says why once`,
    // The client of Redis sleeps out its pause between two tries to connect, also when it is closed.
    sanitizeOps: store !== "Redis",
    sanitizeResources: store !== "Redis",
    fn: () =>
      withLimiters(urls, async (one, _other, failures) => {
        await within(1_000, async (key) => {
          assert.equal(await countAllowed(repeat(25, () => one.consume(key))), 20);
        });
        assert.equal(failures.length, 1);
        assert.match(String(failures[0]), /ECONNREFUSED/);
      }),
  });
}

Deno.test("createAddressLimiter(): 20 at once from an address, whatever other addresses do", async () => {
  const limiter = createAddressLimiter();
  // A token comes back in 50 ms.
  await within(50, async (key) => assert.equal(await countAllowed(repeat(30, () => limiter.consume(key))), 20));
  assert.equal((await limiter.consume("192.0.2.2")).allowed, true);
  assert.equal((await limiter.consume("192.0.2.1")).name, "address");
});

Deno.test("addressKey() takes an IPv6 customer's whole /64 as one, and IPv4 in IPv6's writing as IPv4", () => {
  assert.equal(addressKey("192.0.2.1"), "192.0.2.1");
  assert.equal(addressKey("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(addressKey("2001:db8:0:1:aaaa::1"), "2001:db8:0:1::/64");
  assert.equal(addressKey("2001:DB8:0:1::ffff%eth0"), "2001:db8:0:1::/64");
  assert.equal(addressKey("2001:db8:0:2::1"), "2001:db8:0:2::/64");
  assert.equal(addressKey("::1"), "0:0:0:0::/64");
  assert.equal(addressKey("unknown"), "unknown");
});
