import assert from "node:assert/strict";
import type { Permission } from "../../../core/access.ts";
import type { Database } from "../../../db/database.ts";
import { findApiKey } from "../../../db/api_keys.ts";
import { beginSession } from "../../../db/sessions.ts";
import { changeUser } from "../../../db/users.ts";
import { type Authenticator, createAuthenticator } from "../../../server/auth/authenticate.ts";
import { dropApiKey } from "../../../server/operations/api_keys.ts";
import { logout } from "../../../server/operations/auth.ts";
import { perform } from "../../../server/operations/operation.ts";
import { disableUser, setUserRoles } from "../../../server/operations/users.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { NOON } from "../../db/records.ts";
import { addKey, addUser, HOUR_MS, makeEnvironment, OPERATOR } from "./accounts.ts";

const ACT = { actor: "cli:ann", now: NOON };

/** An authenticator, and the environment of a second process on the same database is `other`. */
async function setUp(database: Database) {
  const [{ environment, clock }, other] = [await makeEnvironment(database), await makeEnvironment(database)];
  return { environment, clock, other, authenticator: createAuthenticator(environment, environment) };
}

function bearer(text: string): Headers {
  return new Headers({ authorization: `Bearer ${text}` });
}

function rejects(authenticator: Authenticator, headers: Headers): Promise<void> {
  return assert.rejects(authenticator.authenticate(headers), {
    kind: "unauthenticated",
    message:
      "Cannot tell who asks: send a valid access token or API key as Authorization: Bearer, or an API key as X-API-Key",
  });
}

async function logIn(
  database: Database,
  environment: Awaited<ReturnType<typeof makeEnvironment>>["environment"],
  user_id: string,
  session_id = "s1",
) {
  const session = { organization_id: "default", user_id, session_id };
  const token = { sha256: session_id.padEnd(64, "0"), expires_at: NOON + 100 * HOUR_MS };
  assert.ok(await beginSession(database, session, { token, password_hash: `hash of ${user_id}`, now: NOON }));
  return await environment.tokens.sign({ ...session, token_id: `j of ${session_id}` }, NOON);
}

function sorted(permissions: ReadonlySet<Permission>): Permission[] {
  return [...permissions].sort();
}

forEachDatabase("an API key is its organization's, with its scopes, in either header", async ({ open }) => {
  const database = await open();
  const { authenticator } = await setUp(database);
  const { id, key } = await addKey(database, { scopes: ["usage:create", "cost:read"] });
  for (
    const headers of [
      bearer(key),
      new Headers({ "x-api-key": key }),
      new Headers({ authorization: `bearer ${key}`, "x-api-key": key }),
    ]
  ) {
    const principal = await authenticator.authenticate(headers);
    assert.deepEqual(principal, {
      actor: `key:${id}`,
      organization_id: "default",
      is_super_admin: false,
      permissions: new Set(["usage:create", "cost:read"]),
      credential: { kind: "key", key_id: id, user_id: null, expires_at: null },
    });
  }
  await authenticator.settle();
});

forEachDatabase("what is no credential, or two, is refused in the same words", async ({ open }) => {
  const database = await open();
  const { environment, authenticator } = await setUp(database);
  await addUser(database, "u1", { roles: ["viewer"] });
  const token = await logIn(database, environment, "u1");
  const [{ key }, other] = [
    await addKey(database, { scopes: ["cost:read"] }),
    await addKey(database, { scopes: ["cost:read"] }),
  ];
  const unknown = key.replace(/^cops_......../, other.key.slice(0, 13));
  for (
    const headers of [
      new Headers(),
      new Headers({ authorization: "" }),
      new Headers({ authorization: key }),
      new Headers({ authorization: `Basic ${btoa(`ann:${key}`)}` }),
      new Headers({ authorization: `Bearer ${key} ${key}` }),
      new Headers([["authorization", `Bearer ${key}`], ["authorization", `Bearer ${key}`]]),
      new Headers([["x-api-key", key], ["x-api-key", key]]),
      new Headers({ authorization: `Bearer ${key}`, "x-api-key": other.key }),
      new Headers({ authorization: `Bearer ${token}`, "x-api-key": key }),
      new Headers({ "x-api-key": token }),
      new Headers({ "x-api-key": "" }),
      bearer(key.slice(0, -1)),
      bearer(unknown),
      bearer(`${key}x`),
    ]
  ) await rejects(authenticator, headers);
  await authenticator.authenticate(bearer(key));
  await authenticator.settle();
});

forEachDatabase("a key with a right checksum and a wrong secret is refused", async ({ open }) => {
  const database = await open();
  const { authenticator } = await setUp(database);
  const [one, other] = [
    await addKey(database, { scopes: ["cost:read"] }),
    await addKey(database, { scopes: ["cost:read"] }),
  ];
  await database.write(async (queries) => {
    const { sha256 } = await queries.selectFrom("api_keys").select("sha256").where("id", "=", other.id)
      .executeTakeFirstOrThrow();
    await queries.updateTable("api_keys").set({ sha256 }).where("id", "=", one.id).execute();
  });
  await rejects(authenticator, bearer(one.key));
  assert.equal((await authenticator.authenticate(bearer(other.key))).actor, `key:${other.id}`);
  await authenticator.settle();
});

forEachDatabase("a key holds until the millisecond of its end", async ({ open }) => {
  const database = await open();
  const { authenticator, clock } = await setUp(database);
  const { key } = await addKey(database, { scopes: ["cost:read"], expires_at: NOON + 1_000 });
  clock.now = NOON + 999;
  await authenticator.authenticate(bearer(key));
  clock.now = NOON + 1_000;
  await rejects(authenticator, bearer(key));
  await authenticator.settle();
});

forEachDatabase("a revoked key holds no more at once here, and after five seconds elsewhere", async ({ open }) => {
  const database = await open();
  const { environment, other, authenticator, clock } = await setUp(database);
  const [here, elsewhere] = [
    await addKey(database, { scopes: ["cost:read"] }),
    await addKey(database, { scopes: ["cost:read"] }),
  ];
  await authenticator.authenticate(bearer(here.key));
  await authenticator.authenticate(bearer(elsewhere.key));
  await perform(dropApiKey, { environment, principal: OPERATOR }, { id: here.id });
  await perform(dropApiKey, { environment: other.environment, principal: OPERATOR }, { id: elsewhere.id });
  await rejects(authenticator, bearer(here.key));
  clock.now = NOON + 4_999;
  await authenticator.authenticate(bearer(elsewhere.key));
  clock.now = NOON + 5_000;
  await rejects(authenticator, bearer(elsewhere.key));
  await authenticator.settle();
});

forEachDatabase(
  "a key may do no more than its maker may now, and nothing when the maker is disabled",
  async ({ open }) => {
    const database = await open();
    const { environment, authenticator } = await setUp(database);
    await addUser(database, "u1", { roles: ["billing"] });
    const { key } = await addKey(database, { scopes: ["cost:read", "price:write"], created_by: "u1" });
    const permissions = async () => sorted((await authenticator.authenticate(bearer(key))).permissions);
    assert.deepEqual(await permissions(), ["cost:read", "price:write"]);
    const context = { environment, principal: OPERATOR };
    await perform(setUserRoles, context, { user: "u1", roles: ["viewer"] });
    assert.deepEqual(await permissions(), ["cost:read"]);
    await perform(disableUser, context, { user: "u1" });
    await rejects(authenticator, bearer(key));
    await authenticator.settle();
  },
);

forEachDatabase(
  "only a key for looking after organizations goes beyond its own, and only while its maker may",
  async ({ open }) => {
    const database = await open();
    const { environment, authenticator } = await setUp(database);
    await addUser(database, "root", { roles: ["super_admin"] });
    await addUser(database, "second", { roles: ["super_admin"] });
    const everywhere = await addKey(database, { scopes: ["org:manage", "usage:read"], created_by: "root" });
    const own = await addKey(database, { scopes: ["usage:read"], created_by: "root" });
    const operators = await addKey(database, { scopes: ["org:manage"] });
    const isSuper = async (key: string) => (await authenticator.authenticate(bearer(key))).is_super_admin;
    assert.deepEqual([await isSuper(everywhere.key), await isSuper(own.key), await isSuper(operators.key)], [
      true,
      false,
      true,
    ]);
    await perform(setUserRoles, { environment, principal: OPERATOR }, { user: "root", roles: ["org_admin"] });
    assert.equal(await isSuper(everywhere.key), false);
    assert.deepEqual(sorted((await authenticator.authenticate(bearer(everywhere.key))).permissions), ["usage:read"]);
    await authenticator.settle();
  },
);

forEachDatabase("the last use of a key is noted once a minute", async ({ open }) => {
  const database = await open();
  const { authenticator, clock } = await setUp(database);
  const { id, key } = await addKey(database, { scopes: ["cost:read"] });
  const uses: (number | null | undefined)[] = [];
  for (const second of [1, 59, 60, 61, 70, 121]) {
    clock.now = NOON + second * 1_000;
    await authenticator.authenticate(bearer(key));
    await authenticator.settle();
    uses.push((await findApiKey(database, { organization_id: "default", id }))?.last_used_at);
  }
  assert.deepEqual(uses.map((use) => (use! - NOON) / 1_000), [1, 1, 1, 61, 61, 121]);
});

forEachDatabase("an access token is its user with the roles of now, not those it was signed for", async ({ open }) => {
  const database = await open();
  const { environment, other, authenticator, clock } = await setUp(database);
  await addUser(database, "u1", { roles: ["ingest"] });
  const token = await logIn(database, environment, "u1");
  assert.deepEqual(await authenticator.authenticate(bearer(token)), {
    actor: "user:u1",
    organization_id: "default",
    is_super_admin: false,
    permissions: new Set(["usage:create", "budget:check"]),
    credential: {
      kind: "token",
      user_id: "u1",
      session_id: "s1",
      token: { id: "j of s1", expires_at: NOON + HOUR_MS },
    },
  });
  await perform(setUserRoles, { environment, principal: OPERATOR }, { user: "u1", roles: ["super_admin"] });
  assert.equal((await authenticator.authenticate(bearer(token))).is_super_admin, true);
  await addUser(database, "root", { roles: ["super_admin"] });
  await perform(setUserRoles, { environment: other.environment, principal: OPERATOR }, {
    user: "u1",
    roles: ["ingest"],
  });
  clock.now = NOON + 5_000;
  assert.equal((await authenticator.authenticate(bearer(token))).is_super_admin, false);
});

forEachDatabase(
  "a token holds no more after logout, disabling and a new password; another session's does",
  async ({ open }) => {
    const database = await open();
    const { environment, authenticator } = await setUp(database);
    await addUser(database, "u1", { roles: ["viewer"] });
    const [first, second] = [
      await logIn(database, environment, "u1", "s1"),
      await logIn(database, environment, "u1", "s2"),
    ];
    const principal = await authenticator.authenticate(bearer(first));
    await authenticator.authenticate(bearer(second));
    await perform(logout, { environment, principal }, undefined);
    await rejects(authenticator, bearer(first));
    await authenticator.authenticate(bearer(second));
    await perform(disableUser, { environment, principal: OPERATOR }, { user: "u1" });
    await rejects(authenticator, bearer(second));
  },
);

forEachDatabase(
  "a token for another organization than its user's is none, however well it is signed",
  async ({ open }) => {
    const database = await open();
    const { environment, authenticator } = await setUp(database);
    await addUser(database, "u1", { roles: ["viewer"] });
    await logIn(database, environment, "u1");
    const claims = { user_id: "u1", organization_id: "default", session_id: "s1", token_id: "j9" };
    for (const wrong of [{ organization_id: "other" }, { user_id: "u2" }, { session_id: "s2" }]) {
      await rejects(authenticator, bearer(await environment.tokens.sign({ ...claims, ...wrong }, NOON)));
    }
    await authenticator.authenticate(bearer(await environment.tokens.sign(claims, NOON)));
  },
);

forEachDatabase("what changes while a state is read is not missed by those who ask after", async ({ open }) => {
  const database = await open();
  const { environment, authenticator } = await setUp(database);
  await addUser(database, "u1", { roles: ["viewer"] });
  const { key } = await addKey(database, { scopes: ["cost:read"], created_by: "u1" });
  const asking = authenticator.authenticate(bearer(key));
  const key_of_u1 = { organization_id: "default", user: "u1" };
  await changeUser(database, key_of_u1, { is_disabled: true, ...ACT, permit: () => {} });
  environment.credentials.forget("u1");
  await Promise.allSettled([asking]);
  await rejects(authenticator, bearer(key));
  await authenticator.settle();
});
