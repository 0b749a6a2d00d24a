import assert from "node:assert/strict";
import { EMAIL, PASSWORD, withServer } from "./remote_place.ts";
import { type Fate, startRelay } from "./remote_relay.ts";

/** 2,500 calls, of which every fifth has neither id nor time: three batches. */
const CALLS = Array.from({ length: 2_500 }, (_, index) => {
  const known = index % 5 === 0 ? {} : { id: `f-${index}`, timestamp: "2026-01-05T10:00:00Z" };
  return JSON.stringify({ model: "gpt-4", prompt_tokens: 1_000, completion_tokens: 0, ...known });
}).join("\n");

const FATES: readonly Fate[] = [
  "pass",
  "lose-answer",
  { status: 503, retry_after_s: 1 },
  "lose-request",
  "pass",
  { status: 429, retry_after_s: 1 },
  "lose-answer",
];

Deno.test("ingest --server stores every record once through a network that loses, refuses and delays", async () => {
  await withServer(async ({ place, server, remote }) => {
    const relay = startRelay(server.url, FATES);
    try {
      const login = ["auth", "login", "--server", relay.url, "--email", EMAIL, "--password-stdin"];
      assert.equal((await place.run(login, PASSWORD)).code, 0);
      const { code, err } = await place.run(["ingest", "--server", relay.url], CALLS);
      assert.equal(code, 0, err);
      assert.match(err, /the connection was lost; trying again in 1 s \(1 of 9\)/);
      assert.match(err, /status 503; trying again in 1 s/);
      assert.match(err, /read 2500 \//);
      assert.equal(relay.seen.filter((request) => request === "POST /api/v1/imports").length, 3 + 5);
    } finally {
      relay.stop();
    }
    const { out } = await remote(["report", "--since", "2026-01-01", "--format", "json"]);
    const { totals } = JSON.parse(out);
    // $0.03 for each 1,000 input tokens of gpt-4.
    assert.deepEqual([totals.requests, totals.cost_usd], [2_500, "75.000000000"]);
  });
});

Deno.test("ingest --server gives up on a server that stays away, and says what is stored", async () => {
  await withServer(async ({ place, server, remote }) => {
    const relay = startRelay(server.url, ["pass", { status: 503, retry_after_s: 3600 }]);
    try {
      const login = ["auth", "login", "--server", relay.url, "--email", EMAIL, "--password-stdin"];
      assert.equal((await place.run(login, PASSWORD)).code, 0);
      const { code, err } = await place.run(["ingest", "--server", relay.url], CALLS);
      assert.equal(code, 6);
      assert.match(err, /read 1000 \/ inserted 1000 \//);
    } finally {
      relay.stop();
    }
    const { err } = await remote(["ingest"], CALLS);
    assert.match(err, /read 2500 \/ inserted 1700 \/ duplicate 800 \//);
  });
});
