import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { inPlace } from "./program.ts";
import { makeKey, MEASURED, type Serving, slowBody, startServing, stopServing, untilInFlight } from "./serving.ts";

const PASSWORD = "a long enough passphrase";
const RECORD = {
  id: "call-1",
  timestamp: "2026-01-05T10:00:00Z",
  provider: "openai",
  model: "gpt-4",
  prompt_tokens: 1500,
  completion_tokens: 500,
};

Deno.test("costops serve: from a new database to the first costs, by what it prints alone", async () => {
  await inPlace(async (place) => {
    const serving = await startServing(place);
    const printed = await serving.untilSaid(/curl (\S+) .*-d '(\{.*\})'/);
    await serving.untilSaid(/costops admin user create EMAIL/);
    const setup = JSON.parse(printed[2]!.replace("EMAIL", "ann@example.com").replace("PASSWORD", PASSWORD));
    const path = new URL(printed[1]!).pathname;
    const made = await serving.fetch(path, { body: setup });
    assert.equal(made.status, 201, await made.text());
    const again = await serving.fetch(path, { body: { ...setup, email: "eve@example.com" } });
    assert.equal(again.status, 401);
    await again.body?.cancel();
    const login = await serving.fetch("/api/v1/auth/login", {
      body: { username: "ann@example.com", password: PASSWORD },
    });
    assert.equal(login.status, 200);
    const { access_token } = await login.json();
    const created = await serving.fetch("/api/v1/auth/api-keys", {
      bearer: access_token,
      body: { name: "first", scopes: ["usage:create", "cost:read"] },
    });
    assert.equal(created.status, 201);
    const { key } = await created.json();
    const stored = await serving.fetch("/api/v1/usage", { bearer: key, body: RECORD });
    assert.equal(stored.status, 201);
    assert.equal((await stored.json()).cost_usd, "0.075000000");
    const costs = await serving.fetch("/api/v1/costs?start_date=2026-01-01&end_date=2026-01-31", { bearer: key });
    assert.equal(costs.status, 200);
    const { data } = await costs.json();
    assert.deepEqual(data.map((cost: { id: string }) => cost.id), ["call-1"]);
    const { code, err } = await stopServing(serving);
    assert.equal(code, 0, err);
    const next = await startServing(place);
    assert.doesNotMatch((await stopServing(next)).err, /There is no user yet/);
  });
});

Deno.test("costops serve logs one JSON line a request, without a secret and without what would move a cursor", async () => {
  await inPlace(async (place) => {
    const key = await makeKey(place, ["usage:create", "forecast:read"]);
    const serving = await startServing(place, ["--quiet"]);
    const [, token] = await serving.untilSaid(/"token":"([\w-]+)"/);
    const ask = async (path: string, given: Parameters<Serving["fetch"]>[1]) => {
      const answer = await serving.fetch(path, given);
      await answer.body?.cancel();
      return answer.status;
    };
    assert.equal(await ask("/api/v1/usage", { bearer: key, body: RECORD }), 201);
    // Watching for a client that goes makes Deno write a line of its own, unless it is told not to.
    assert.equal(await ask("/api/v1/forecast/cost", { bearer: key, body: {} }), 200);
    assert.equal(await ask("/api/v1/usage", { bearer: `${key.slice(0, -1)}!`, body: RECORD }), 401);
    assert.equal(
      await ask("/api/v1/auth/login", { body: { username: "eve@example.com", password: "planted password" } }),
      401,
    );
    assert.equal(await ask(`/planted%1b%5b31m%0apath?key=${key}`, { headers: { "X-Request-Id": key } }), 404);
    assert.equal(await ask("/ready", {}), 200);
    const { err } = await stopServing(serving);
    const logged = err.slice(err.indexOf('{"time"')).trimEnd().split("\n").map((line) => JSON.parse(line));
    const requests = logged.filter(({ message }) => message === "request");
    assert.deepEqual(
      requests.map(({ level, method, route, status, code }) => [level, method, route, status, code]),
      [
        ["info", "POST", "/usage", 201, undefined],
        ["info", "POST", "/forecast/cost", 200, undefined],
        ["info", "POST", "/usage", 401, "unauthenticated"],
        ["info", "POST", "/auth/login", 401, "unauthenticated"],
        ["info", "GET", undefined, 404, "not_found"],
      ],
    );
    assert.equal(requests[0].organization_id, "default");
    assert.match(requests[0].actor, /^key:\w{8}$/);
    const log = logged.map((line) => JSON.stringify(line)).join("\n");
    for (const secret of [key.slice(14), token!, "planted"]) assert.ok(!log.includes(secret), secret);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(err, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });
});

Deno.test("costops serve refuses to start in plain words, with the exit code that says whether to try again", async () => {
  await inPlace(async ({ run, database }) => {
    const migrated = await run(["db", "migrate"]);
    assert.equal(migrated.code, 0, migrated.err);
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr as Deno.NetAddr;
    const refused = async (args: readonly string[]) => {
      const { code, err, out } = await run(["serve", ...args]);
      assert.equal(out, "");
      return [code, err.trimEnd()];
    };
    assert.deepEqual(await refused(["--port", String(port)]), [
      6,
      `costops: Cannot listen on 127.0.0.1 port ${port}: another program listens there; name another --port`,
    ]);
    taken.close();
    // 198.51.100.0/24 is for documents (RFC 5737), and no address of any machine.
    assert.deepEqual(await refused(["--host", "198.51.100.7", "--port", "0"]), [
      2,
      "costops: Cannot listen on 198.51.100.7 port 0: this machine has no such address",
    ]);
    assert.deepEqual(await refused(["--port", "0", "--database", "postgres://127.0.0.1:1/costops"]), [
      2,
      "costops: Cannot start on Postgres without JWT_SECRET: the processes on one database share it; " +
      "openssl rand -base64 48 makes one",
    ]);
    // Who waits for a turn to write waits for half a minute; who cannot even read is told sooner, in the same words.
    const locker = new DatabaseSync(database);
    locker.exec("pragma locking_mode = exclusive; begin exclusive");
    const locked = await run(["serve", "--port", "0"]);
    assert.equal(locked.code, 6, locked.err);
    assert.match(locked.err, /another process is writing; try again/);
    locker.exec("rollback; pragma locking_mode = normal");
    locker.exec("insert into schema_migrations values (9999, 'of tomorrow', 'x', 0)");
    locker.close();
    const newer = await run(["serve", "--port", "0"]);
    assert.equal(newer.code, 1, newer.err);
    assert.match(newer.err, /newer|9999/);
  });
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`costops serve: ${signal} answers what is in flight and ends with 0; a second one ends it at once`, async () => {
    await inPlace(async (place) => {
      const key = await makeKey(place, ["usage:create"]);
      const serving = await startServing(place, MEASURED);
      const { body, send } = slowBody(JSON.stringify([RECORD]));
      const answering = fetch(`${serving.url}/api/v1/usage/batch`, {
        method: "POST",
        body,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      });
      await untilInFlight(serving);
      serving.child.kill(signal);
      await serving.untilSaid(/"stopping"/);
      const ready = await serving.fetch("/ready");
      assert.deepEqual([ready.status, ready.headers.get("connection")], [503, "close"]);
      assert.equal((await ready.json()).checks.server, "draining");
      // For a moment it still takes what comes, and tells its client to go.
      const askLate = async () => {
        const late = await serving.fetch("/api/v1/usage", { bearer: key, body: { ...RECORD, id: "late" } });
        return [late.status, (await late.json()).code];
      };
      let late = await askLate();
      while (late[0] !== 503) late = await askLate();
      assert.deepEqual(late, [503, "temporary"]);
      send();
      const answer = await answering;
      assert.equal(answer.status, 201, await answer.text());
      const { code: ended, err } = await serving.ended;
      assert.equal(ended, 0, err);
      assert.match(err, /"message":"stopped"/);

      const held = await startServing(place, MEASURED);
      const stuck = slowBody("[");
      const broken = fetch(`${held.url}/api/v1/usage/batch`, {
        method: "POST",
        body: stuck.body,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      }).catch(() => "broken");
      await untilInFlight(held);
      held.child.kill(signal);
      await held.untilSaid(/"stopping"/);
      held.child.kill(signal);
      const { code: broken_off, err: last } = await held.ended;
      // Had it waited for the request, it would have ended with 0.
      assert.equal(broken_off, code, last);
      assert.doesNotMatch(last, /"stopped"|left unanswered/);
      stuck.send();
      assert.equal(await broken, "broken");
    });
  });
}

Deno.test("costops serve makes the folder of a database that is not there yet", async () => {
  await inPlace(async (place) => {
    const serving = await startServing(place, ["--database", `sqlite:${place.folder}/new/folder/costops.db`]);
    const answer = await serving.fetch("/ready");
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    assert.equal((await stopServing(serving)).code, 0);
    const secret = await Deno.stat(`${place.folder}/new/folder/costops.db.jwt-secret`);
    assert.equal(secret.mode! & 0o777, 0o600);
  });
});
