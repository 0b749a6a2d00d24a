import assert from "node:assert/strict";
import type { Role } from "../../../core/access.ts";
import type { Database } from "../../../db/database.ts";
import { createUser } from "../../../db/users.ts";
import { listAuditEntries } from "../../../db/audit_entries.ts";
import { createAuthenticator } from "../../../server/auth/authenticate.ts";
import { createPasswords } from "../../../server/auth/password.ts";
import type { Environment } from "../../../server/environment.ts";
import { login, logout, refreshSession, type SessionTokens, whoAmI } from "../../../server/operations/auth.ts";
import { perform } from "../../../server/operations/operation.ts";
import { disableUser } from "../../../server/operations/users.ts";
import { ANONYMOUS } from "../../../server/routes/route.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { NOON } from "../../db/records.ts";
import { openTwo } from "../../db/two_handles.ts";
import { addKey, addUser, makeEnvironment, OPERATOR } from "../auth/accounts.ts";

const PASSWORD = "correct horse battery";
const WRONG = { kind: "unauthenticated", message: "Cannot log in: the email or the password is wrong" };

async function addAnn(database: Database, roles: readonly Role[] = ["viewer"]): Promise<void> {
  const password_hash = await createPasswords().hash(PASSWORD);
  const user = { organization_id: "default", id: "u1", email: "ann@example.com", name: "Ann", roles, password_hash };
  await createUser(database, user, { actor: "cli:ann", now: NOON });
}

function tryLogin(environment: Environment, username: string, password: string, address?: string) {
  return perform(login, { environment, principal: ANONYMOUS }, { username, password, address });
}

function refresh(environment: Environment, refresh_token: string): Promise<SessionTokens> {
  return perform(refreshSession, { environment, principal: ANONYMOUS }, { refresh_token });
}

async function authenticate(
  environment: Parameters<typeof createAuthenticator>[0] & Parameters<typeof createAuthenticator>[1],
  token: string,
) {
  return await createAuthenticator(environment, environment).authenticate(
    new Headers({ authorization: `Bearer ${token}` }),
  );
}

forEachDatabase(
  "login() gives tokens to whoever knows the password, however the email is written",
  async ({ open }) => {
    const database = await open();
    const { environment } = await makeEnvironment(database);
    await addAnn(database);
    const { access_token, refresh_token, expires_in_s } = await tryLogin(environment, " ANN@example.com", PASSWORD);
    assert.equal(expires_in_s, 3600);
    assert.match(refresh_token, /^[A-Za-z0-9_-]{43}$/);
    const principal = await authenticate(environment, access_token);
    assert.equal(principal.actor, "user:u1");
    const me = await perform(whoAmI, { environment, principal }, undefined);
    assert.deepEqual([me.user?.email, me.user?.roles, me.key], ["ann@example.com", ["viewer"], null]);
    const stored = JSON.stringify(await database.reader.selectFrom("refresh_tokens").select("sha256").execute());
    assert.ok(!stored.includes(refresh_token));
    const [entry] = await listAuditEntries(database, { limit: 1 });
    assert.deepEqual([entry?.action, entry?.actor], ["session.begin", "user:u1"]);
    assert.ok(!JSON.stringify(entry).includes(refresh_token));
  },
);

forEachDatabase("unknown, wrong and disabled are one answer after one hash each", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addAnn(database);
  const work: number[] = [];
  const attempt = async (username: string, password: string) => {
    const before = environment.passwords.computed;
    await assert.rejects(tryLogin(environment, username, password), WRONG);
    work.push(environment.passwords.computed - before);
  };
  await attempt("nobody@example.com", PASSWORD);
  await attempt("no email at all", PASSWORD);
  await attempt("ann@example.com", "another password");
  await attempt("ann@example.com", "");
  await perform(disableUser, { environment, principal: OPERATOR }, { user: "u1" });
  await attempt("ann@example.com", PASSWORD);
  assert.deepEqual(work, [1, 1, 1, 1, 1]);
});

forEachDatabase(
  "an account is guessed five times, whether it is there or not; the right password waits too",
  async ({ open }) => {
    const database = await open();
    const { environment, clock } = await makeEnvironment(database);
    await addAnn(database);
    for (const username of ["ann@example.com", "nobody@example.com"]) {
      for (let guess = 0; guess < 5; guess += 1) {
        await assert.rejects(
          tryLogin(environment, username, `guess ${guess}`),
          WRONG,
        );
      }
      const before = environment.passwords.computed;
      await assert.rejects(tryLogin(environment, username, PASSWORD), { kind: "rate_limited", retry_after_s: 30 });
      assert.equal(environment.passwords.computed, before);
    }
    clock.now = NOON + 30_000;
    assert.ok((await tryLogin(environment, "ann@example.com", PASSWORD)).access_token);
  },
);

forEachDatabase("forty guesses at once, in two processes, are no better than five", async (place) => {
  const environments: Environment[] = [];
  for (const database of await openTwo(place)) environments.push((await makeEnvironment(database)).environment);
  await addAnn(environments[0]!.database);
  const guesses = Array.from(
    { length: 40 },
    (_, guess) => tryLogin(environments[guess % 2]!, "ann@example.com", `guess number ${guess}`),
  );
  const kinds = await kindsOf(guesses);
  const told = kinds.filter((kind) => kind === "unauthenticated").length;
  assert.ok(told <= 5 && !kinds.includes("in"), kinds.join(" "));
  // On a machine that is busy with other things some were told to come again, and count for nothing.
  for (let guess = told; guess < 5; guess++) {
    await assert.rejects(tryLogin(environments[0]!, "ann@example.com", "x"), WRONG);
  }
  const right = Array.from({ length: 20 }, (_, at) => tryLogin(environments[at % 2]!, "ann@example.com", PASSWORD));
  assert.deepEqual(await kindsOf(right), Array(20).fill("rate_limited"));
});

/** How each login ended: "in", or the kind of its error. */
async function kindsOf(logins: readonly Promise<unknown>[]): Promise<string[]> {
  const results = await Promise.allSettled(logins);
  return results.map((result) => result.status === "fulfilled" ? "in" : result.reason.kind as string);
}

forEachDatabase("an address that guesses at many accounts waits, and others do not", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await database.write((queries) =>
    queries.insertInto("login_failures").values({
      subject: "address:2001:db8:0:1::/64",
      failures: 49,
      blocked_until: 0,
      forget_at: NOON + 1,
    }).execute()
  );
  await assert.rejects(tryLogin(environment, "a@example.com", "x", "2001:db8:0:1::5"), WRONG);
  await assert.rejects(tryLogin(environment, "b@example.com", "x", "2001:db8:0:1::6"), { kind: "rate_limited" });
  await assert.rejects(tryLogin(environment, "b@example.com", "x", "2001:db8:0:2::6"), WRONG);
});

forEachDatabase(
  "a refresh token is used once; again within ten seconds it gives the same, later it ends the session",
  async ({ open }) => {
    const database = await open();
    const { environment, clock } = await makeEnvironment(database);
    await addAnn(database);
    const first = await tryLogin(environment, "ann@example.com", PASSWORD);
    const second = await refresh(environment, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    clock.now = NOON + 9_999;
    assert.equal((await refresh(environment, first.refresh_token)).refresh_token, second.refresh_token);
    const third = await refresh(environment, second.refresh_token);
    await authenticate(environment, third.access_token);
    clock.now = NOON + 10_000;
    const refused = { kind: "unauthenticated" };
    await assert.rejects(refresh(environment, first.refresh_token), refused);
    await assert.rejects(refresh(environment, third.refresh_token), refused);
    for (const { access_token } of [first, second, third]) {
      await assert.rejects(
        authenticate(environment, access_token),
        refused,
      );
    }
  },
);

forEachDatabase(
  "two refreshes at once, in two processes, give one successor, and both of their tokens hold",
  async (place) => {
    const environments: Awaited<ReturnType<typeof makeEnvironment>>["environment"][] = [];
    for (const database of await openTwo(place)) environments.push((await makeEnvironment(database)).environment);
    await addAnn(environments[0]!.database);
    const first = await tryLogin(environments[0]!, "ann@example.com", PASSWORD);
    const answers = await Promise.all(environments.map((environment) => refresh(environment, first.refresh_token)));
    assert.equal(answers[0]!.refresh_token, answers[1]!.refresh_token);
    for (const { access_token } of answers) await authenticate(environments[1]!, access_token);
  },
);

forEachDatabase(
  "a refresh token that is none, of a disabled user or of a closed session gives nothing",
  async ({ open }) => {
    const database = await open();
    const { environment } = await makeEnvironment(database);
    await addAnn(database);
    const refused = {
      kind: "unauthenticated",
      message: "Cannot refresh with this token: it was used or has ended; log in again",
    };
    for (const text of ["", "A".repeat(43), "x".repeat(100_000)]) {
      await assert.rejects(
        refresh(environment, text),
        refused,
      );
    }
    const closed = await tryLogin(environment, "ann@example.com", PASSWORD);
    const principal = await authenticate(environment, closed.access_token);
    await perform(logout, { environment, principal }, undefined);
    await assert.rejects(refresh(environment, closed.refresh_token), refused);
    const open_one = await tryLogin(environment, "ann@example.com", PASSWORD);
    await perform(disableUser, { environment, principal: OPERATOR }, { user: "u1" });
    await assert.rejects(refresh(environment, open_one.refresh_token), refused);
    await assert.rejects(authenticate(environment, open_one.access_token), { kind: "unauthenticated" });
  },
);

forEachDatabase("an API key and the operator have no session to log out of", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  const { id, key } = await addKey(database, { scopes: ["cost:read"] });
  const principal = await authenticate(environment, key);
  for (const who of [principal, OPERATOR]) {
    await assert.rejects(perform(logout, { environment, principal: who }, undefined), { kind: "usage" });
  }
  const me = await perform(whoAmI, { environment, principal }, undefined);
  assert.deepEqual([me.user, me.key?.id, me.permissions], [null, id, ["cost:read"]]);
});

forEachDatabase("a user of a second organization logs in to that one", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addAnn(database);
  await database.write((queries) =>
    queries.insertInto("organizations").values({ id: "other", name: "other", created_at: NOON }).execute()
  );
  const password_hash = await environment.passwords.hash(PASSWORD);
  const bob = {
    organization_id: "other",
    id: "u2",
    email: "bob@example.com",
    name: null,
    roles: ["viewer" as const],
    password_hash,
  };
  await createUser(database, bob, { actor: "cli:ann", now: NOON });
  const { access_token } = await tryLogin(environment, "bob@example.com", PASSWORD);
  assert.equal((await authenticate(environment, access_token)).organization_id, "other");
  await addUser(database, "u3", { roles: ["viewer"] });
});
