import assert from "node:assert/strict";
import type { Finished, Place } from "./program.ts";
import { type RemotePlace, withoutMade, withoutTimes, withServer } from "./remote_place.ts";

const USAGE = [
  {
    id: "a1",
    timestamp: "2026-01-05T10:00:00Z",
    provider: "openai",
    model: "gpt-4",
    prompt_tokens: 1500,
    completion_tokens: 500,
    project: "search",
    user: "ann",
    latency_ms: 1200,
    status: "success",
    tags: { team: "core" },
  },
  {
    id: "a2",
    timestamp: "2026-01-06T10:00:00Z",
    provider: "openai",
    model: "gpt-4o",
    prompt_tokens: 9007,
    completion_tokens: 511,
    project: "search",
    user: "bob",
    reported_cost_usd: "0.0312",
    region: "eu",
    status: "error",
  },
  {
    id: "a3",
    timestamp: "2026-01-06T11:00:00Z",
    provider: "anthropic",
    model: "claude-3-5-sonnet-20241022",
    input_tokens: 2000,
    cache_read_tokens: 50_000,
    cache_write_5m_tokens: 1000,
    output_tokens: 1500,
    reasoning_tokens: 200,
    service_tier: "batch",
  },
  {
    id: "a4",
    timestamp: "2026-01-12T11:00:00Z",
    provider: "in-house",
    model: "house-1",
    input_tokens: 100_000,
    output_tokens: 7,
  },
  {
    id: "a5",
    timestamp: "2026-02-01T00:00:00Z",
    provider: "openai",
    model: "whisper-1",
    seconds: 61.5,
    unknown_field: "kept",
  },
  {
    id: "a6",
    timestamp: "2026-01-12T12:00:00Z",
    provider: "openai",
    model: "gpt-4o-search-preview",
    prompt_tokens: 20,
    completion_tokens: 5,
    web_searches: 3,
  },
  {
    id: "ä/6?",
    timestamp: "2026-01-12T12:00:00Z",
    provider: "openai",
    model: "gtp-4o",
    prompt_tokens: 20,
    completion_tokens: 5,
  },
];
const NDJSON = USAGE.map((record) => JSON.stringify(record)).join("\n");

async function seed(place: Place): Promise<void> {
  const { code, err } = await place.run(["ingest"], NDJSON);
  assert.equal(code, 0, err);
}

const RANGE = ["--since", "2026-01-01", "--until", "2026-02-28"];

/** Commands that change nothing, each on both sides alike to the byte. */
const READING: readonly (readonly string[])[] = [
  [],
  ["report", "cost", ...RANGE, "--group-by", "provider,model,day"],
  ["report", "usage", ...RANGE, "--format", "md", "--columns", "web_searches,seconds"],
  ["report", "summary", "--since", "2026-01-10", "--until", "2026-02-28", "--format", "html"],
  ["query", "--since", "2026-01", "--filter", "model=gpt-4,gpt-4o", "--filter", "tag:team=core", "--json"],
  ["query", "usage", ...RANGE, "--group-by", "week", "--tz", "Europe/Berlin", "--format", "table", "--chart"],
  ["query", "records", ...RANGE, "--limit", "5"],
  ["query", "records", ...RANGE, "--limit", "150", "--sort=-cost_usd"],
  ["query", "records", ...RANGE, "--limit", "500", "--format", "table"],
  ["trends", ...RANGE, "--movers-by", "project", "--interval", "week", "--format", "table"],
  ["trends", "--since", "2020-01-01", "--until", "2020-01-08", "--format", "md"],
  ["trends", ...RANGE],
  ["compare", "providers", ...RANGE, "--format", "table"],
  ["compare", "models", ...RANGE],
  ["forecast", "--history-until", "2026-01-31", "--group-by", "model", "--horizon", "5", "--format", "table"],
  ["forecast", "--history-until", "2026-01-31", "--tz", "Europe/Berlin", "--driver", "usage"],
  [
    "forecast",
    "usage",
    "--measure",
    "requests",
    "--interval",
    "hour",
    "--history-until",
    "2026-01-12",
    "--format",
    "csv",
  ],
  ["forecast", "--filter", "model=nothing", "--format", "md"],
  ["report", "forecast", ...RANGE, "--group-by", "week,provider", "--horizon", "2", "--format", "html"],
  ["anomalies", ...RANGE, "--format", "table"],
  ["anomalies", ...RANGE, "--min-impact", "0", "--probability", "0.01", "--json"],
  ["report", "anomaly", ...RANGE, "--format", "html"],
  ["explain", "a1"],
  ["explain", "a2", "--json"],
  ["explain", "a3"],
  ["explain", "a3", "--json"],
  ["explain", "a4"],
  ["explain", "a5"],
  ["explain", "ä/6?"],
  ["explain", "ä/6?", "--json"],
  ["estimate", "gpt-4o", "--input", "10000", "--output", "500", "--unit", "web_searches=2", "--calls", "3"],
  ["estimate", "claude-opus-4", "--provider", "anthropic", "--output", "500", "--service-tier", "batch", "--json"],
  ["estimate", "house-1", "--provider", "in-house", "--output", "500"],
  ["prices", "list", "--provider", "anthropic"],
  ["prices", "list", "--json", "--at", "2026-01-01"],
  ["prices", "show", "gpt-4o"],
  ["prices", "show", "gemini-2.5-pro", "--json"],
  ["prices", "missing"],
  ["prices", "missing", "--json", "--since", "2026-01"],
  ["reprice", "--dry-run"],
  ["reprice", "--dry-run", "--json", "--since", "2026-01"],
  ["admin", "org", "list"],
  ["admin", "org", "list", "--json"],
  ["admin", "user", "list", "--json"],
  ["admin", "key", "list"],
];

/** Commands that fail, each on both sides alike. */
const FAILING: readonly (readonly string[])[] = [
  ["query", "--since", "31/12/2026"],
  ["forecast", "--group-by", "day"],
  ["forecast", "--history-since", "31/12/2026"],
  ["query", "--group-by", "colour"],
  ["query", "--filter", "nothing"],
  ["report", "--tz", "Mars/Base"],
  ["report", "summary", "--group-by", "day"],
  ["explain", "nobody"],
  ["delete", "nobody", "--yes"],
  ["delete", "a1"],
  ["prices", "show", "gtp-4o"],
  ["prices", "list", "--at", "soon"],
  ["prices", "end", "01993b2e-7c1f-7d2a-9a55-0d6b8f3f1c42"],
  ["prices", "set", "gpt-4o", "--provider", "openai"],
  ["prices", "set", "gpt-4o", "--provider", "openai", "--input", "1.0000000001"],
  ["admin", "org", "create", "default"],
  ["admin", "user", "disable", "nobody@example.com", "--yes"],
  ["admin", "key", "revoke", "AAAAAAAA", "--yes"],
  ["estimate", "nothing-known", "--output", "5"],
];

async function compareAll(
  { both }: RemotePlace,
  { commands, hide }: { commands: readonly (readonly string[])[]; hide: (finished: Finished) => Finished },
): Promise<void> {
  for (const args of commands) {
    const { local, remote } = await both(args);
    assert.deepEqual(hide(remote), hide(local), `costops ${args.join(" ")}`);
  }
}

Deno.test("commands that read answer on a server as on a database, to the byte", async () => {
  await withServer((remote) => compareAll(remote, { commands: READING, hide: withoutTimes }), { seed });
});

Deno.test("commands fail on a server as on a database, with the same words and exit codes", async () => {
  await withServer(async (remote) => {
    await compareAll(remote, { commands: FAILING, hide: withoutTimes });
    const { local } = await remote.both(["explain", "nobody"]);
    assert.deepEqual([local.code, local.err], [3, 'costops: Cannot find the record "nobody"\n']);
  }, { seed });
});

/** Commands that change something, in an order in which each finds what the one before left. */
const CHANGING: readonly (readonly string[])[] = [
  ["prices", "set", "house-1", "--provider", "in-house", "--input", "0.1", "--from", "2026-01-01", "--dry-run"],
  ["prices", "set", "house-1", "--provider", "in-house", "--input", "0.1", "--output", "0.2", "--from", "2026-01-01"],
  ["prices", "list", "--own", "--json"],
  ["prices", "show", "house-1", "--provider", "in-house"],
  ["reprice", "--yes"],
  ["reprice", "--yes", "--json"],
  ["delete", "a1", "--yes"],
  ["delete", "a1", "--yes"],
  ["explain", "a1"],
  ["report", ...RANGE],
  ["admin", "org", "create", "Acme Inc.", "--id", "acme"],
  ["admin", "key", "create", "--org", "acme", "--scope", "usage:create", "--json"],
  ["admin", "key", "create", "--org", "acme", "--scope", "usage:create", "--expires", "2027-01-31"],
  ["admin", "key", "create", "--org", "acme", "--scope", "usage:create", "--expires", "31/01/2027"],
  ["admin", "user", "list", "--org", "acme"],
  ["prices", "set", "gpt-4o", "--provider", "openai", "--input", "1", "--installation", "--modifier", "batch=0.5"],
  ["report", "--org", "acme", ...RANGE],
];

Deno.test("commands that change something change a server as they change a database", async () => {
  await withServer(async (remote) => {
    await compareAll(remote, { commands: CHANGING, hide: withoutMade });
    const create = ["admin", "user", "create", "bob@example.com", "--org", "acme", "--role", "viewer"];
    const made = await remote.both([...create, "--password-stdin", "--json"], "a long enough password");
    assert.deepEqual(withoutMade(made.remote), withoutMade(made.local));
    assert.equal(made.remote.code, 0);
    await compareAll(remote, {
      commands: [
        ["admin", "user", "roles", "bob@example.com", "analyst", "billing", "--org", "acme"],
        ["admin", "user", "disable", "bob@example.com", "--org", "acme", "--yes"],
        ["admin", "user", "list", "--org", "acme", "--json"],
        ["admin", "user", "enable", "bob@example.com", "--org", "acme"],
      ],
      hide: withoutMade,
    });
  }, { seed });
});

Deno.test("commands that work on a database alone refuse a server", async () => {
  await withServer(async ({ place, server }) => {
    for (const command of [["db", "doctor"], ["prices", "update"], ["config", "show"], ["serve"]]) {
      const { code, err } = await place.run([...command, "--server", server.url]);
      assert.equal(code, 2, command.join(" "));
      assert.match(err, /^costops: Cannot take --server for costops /);
    }
    const both = await place.run(["report", "--server", server.url, "--database", place.database]);
    assert.deepEqual([both.code, both.err], [
      2,
      "costops: Cannot work on --database and on --server at once: name one of them\n",
    ]);
  });
});

Deno.test("--server to another machine wants TLS, unless it is asked for without", async () => {
  await withServer(async ({ place }) => {
    const { code, err } = await place.run(["report", "--server", "http://costops.example.com"]);
    assert.equal(code, 2);
    assert.match(err, /everybody on the way could read the credential/);
  });
});

Deno.test("a server that is not there is temporary", async () => {
  await withServer(async ({ place }) => {
    const { code, err } = await place.run(["report", "--server", "http://127.0.0.1:9"]);
    assert.equal(code, 6);
    assert.match(err, /^costops: Cannot reach the server http:\/\/127\.0\.0\.1:9: /);
  });
});
