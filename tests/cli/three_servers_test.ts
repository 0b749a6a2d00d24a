import assert from "node:assert/strict";
import { openDatabase } from "../../db/database.ts";
import { isPostgresExpected, withPostgresDatabase } from "../db/postgres_place.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing, stopServing } from "./serving.ts";

const PASSWORD = "a long enough passphrase";
const SECRET = "b7Jq0Xw3mZk9Tf5Rr2Yd8Vh1Lc6Ns4Ge";

/** Runs a test on three servers that share one Postgres. */
function onThreeServers(
  name: string,
  test: (servers: readonly [Serving, Serving, Serving], place: Place, url: string) => Promise<void>,
  variables: Record<string, string> = {},
): void {
  if (!isPostgresExpected()) return;
  Deno.test(
    name,
    () =>
      withPostgresDatabase((url) =>
        inPlace(async (place) => {
          const servers = await Promise.all([startServing(place), startServing(place), startServing(place)]);
          try {
            await test(servers as [Serving, Serving, Serving], place, url);
          } finally {
            for (const server of servers) await stopServing(server);
          }
        }, { DATABASE_URL: url, JWT_SECRET: SECRET, ...variables })
      ),
  );
}

async function ask(server: Serving, path: string, given: Parameters<Serving["fetch"]>[1]) {
  const answer = await server.fetch(`/api/v1${path}`, given);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
}

const login = (server: Serving, password = PASSWORD) =>
  ask(server, "/auth/login", { body: { username: "ann@example.com", password } });

async function makeUser(place: Place): Promise<void> {
  const args = ["admin", "user", "create", "ann@example.com", "--role", "org_admin", "--password-stdin"];
  const { code, err } = await place.run(args, PASSWORD);
  assert.equal(code, 0, err);
}

onThreeServers("three servers on one Postgres: the setup link of one works once, on whichever", async (servers) => {
  const said = await Promise.all(servers.map((server) => server.untilSaid(/"token":"([\w-]+)"/)));
  const tokens = said.map(([, token]) => token!);
  const answers = await Promise.all(
    servers.map((server, at) =>
      ask(server, "/auth/setup", {
        body: { token: tokens[(at + 1) % 3], email: `user-${at}@example.com`, password: PASSWORD },
      })
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 1, JSON.stringify(answers));
  for (const [at, server] of servers.entries()) {
    const body = { token: tokens[at], email: "eve@example.com", password: PASSWORD };
    assert.equal((await ask(server, "/auth/setup", { body })).status, 401);
  }
});

onThreeServers(
  "three servers on one Postgres: a session goes on anywhere; its end and a revoked key's hold everywhere within 5 s",
  async (servers, place) => {
    const [one, two, three] = servers;
    await makeUser(place);
    const key = await makeKey(place, ["cost:read"]);
    for (const server of servers) assert.equal((await ask(server, "/costs", { bearer: key })).status, 200);
    const { status, body: session } = await login(one);
    assert.equal(status, 200);
    assert.equal((await ask(two, "/auth/me", { bearer: session.access_token })).status, 200);
    const next = await ask(two, "/auth/refresh", { body: { refresh_token: session.refresh_token } });
    assert.equal(next.status, 200);
    // Within the grace a repeated refresh gets the same successor, from whichever process.
    const again = await ask(three, "/auth/refresh", { body: { refresh_token: session.refresh_token } });
    assert.deepEqual([again.status, again.body.refresh_token], [200, next.body.refresh_token]);
    assert.equal((await ask(three, "/auth/logout", { bearer: next.body.access_token, body: {} })).status, 204);
    assert.equal((await ask(one, "/auth/refresh", { body: { refresh_token: next.body.refresh_token } })).status, 401);
    const { code, err } = await place.run(["admin", "key", "revoke", key.slice(5, 13), "--yes"]);
    assert.equal(code, 0, err);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    assert.equal((await ask(two, "/auth/me", { bearer: next.body.access_token })).status, 401);
    for (const server of servers) assert.equal((await ask(server, "/costs", { bearer: key })).status, 401);
  },
);

onThreeServers("three servers on one Postgres: failed logins count together", async (servers, place) => {
  await makeUser(place);
  const statuses: number[] = [];
  for (const at of [0, 1, 2, 0, 1]) statuses.push((await login(servers[at]!, "not the password")).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401]);
  const refused = await login(servers[2]!);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("Retry-After")) > 0);
});

onThreeServers(
  "three servers on one Postgres: an organization's rate limit is one, and its records are one",
  async (servers, place, url) => {
    const key = await makeKey(place, ["usage:create"]);
    const began = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, at) =>
        ask(servers[at % 3]!, "/usage", {
          bearer: key,
          body: { id: `r${Math.floor(at / 3)}`, model: "gpt-5", input_tokens: 1, output_tokens: 1 },
        })),
    );
    const counts = Object.groupBy(answers, ({ status }) => String(status));
    const allowed = (counts["201"]?.length ?? 0) + (counts["200"]?.length ?? 0);
    // Ten at once and one a second.
    const seconds = (performance.now() - began) / 1000;
    assert.ok(allowed >= 10 && allowed <= 11 + seconds, `${allowed} were allowed in ${seconds} s`);
    assert.equal(allowed + counts["429"]!.length, 90);
    const database = await openDatabase(url);
    const rows = await database.reader.selectFrom("usage").select("id").execute();
    await database.close();
    assert.equal(rows.length, counts["201"]!.length);
  },
  { RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: "10" },
);
