import assert from "node:assert/strict";
import { type Permission, type Principal, type Role, ROLES } from "../../../core/access.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { listAuditEntries } from "../../../db/audit_entries.ts";
import { hashApiKey, parseApiKey } from "../../../server/auth/api_key.ts";
import { createAuthenticator } from "../../../server/auth/authenticate.ts";
import { addApiKey, dropApiKey, readApiKeys } from "../../../server/operations/api_keys.ts";
import { perform } from "../../../server/operations/operation.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { NOON } from "../../db/records.ts";
import { addKey, addUser, makeEnvironment, OPERATOR, principalOf } from "../auth/accounts.ts";

const VIEWER = principalOf(["viewer"], { id: "viewer" });
const ADMIN = principalOf(["org_admin"], { id: "admin" });

function keyPrincipal(permissions: readonly Permission[], expires_at: number | null = null): Principal {
  return {
    actor: "key:aaaaaaaa",
    organization_id: "default",
    is_super_admin: false,
    permissions: new Set(permissions),
    credential: { kind: "key", key_id: "aaaaaaaa", user_id: "admin", expires_at },
  };
}

forEachDatabase("createApiKey() shows the key once, and it works", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addUser(database, "viewer", { roles: ["viewer"] });
  const context = { environment, principal: VIEWER };
  const input = { name: "dashboard", scopes: ["cost:read"], expires_at: NOON + 1 };
  const { key, id, created_by, expires_at } = await perform(addApiKey, context, input);
  assert.deepEqual([parseApiKey(key)?.id, created_by, expires_at], [id, "viewer", NOON + 1]);
  const authenticator = createAuthenticator(environment, environment);
  assert.equal((await authenticator.authenticate(new Headers({ "x-api-key": key }))).actor, `key:${id}`);
  await authenticator.settle();
  const shown = JSON.stringify([
    await perform(readApiKeys, context, { limit: 10 }),
    await listAuditEntries(database, { limit: 10 }),
  ]);
  assert.ok(shown.includes(id));
  assert.ok(!shown.includes(key.slice(14)) && !shown.includes(hashApiKey(key)));
});

forEachDatabase("nobody gives a key what they may not do themselves", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  for (const role of Object.keys(ROLES) as Role[]) {
    for (const scope of ROLES.super_admin) {
      const held = (ROLES[role] as readonly Permission[]).includes(scope);
      const made = perform(addApiKey, { environment, principal: principalOf([role]) }, { name: "k", scopes: [scope] });
      if (held) assert.deepEqual((await made).scopes, [scope]);
      else await assert.rejects(made, { kind: "forbidden" });
    }
  }
});

forEachDatabase("a wrong field of a key is refused where it is", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  const input = { name: "k", scopes: ["cost:read"] };
  for (
    const [pointer, wrong] of [
      ["/scopes", { scopes: [] }],
      ["/scopes/1", { scopes: ["cost:read", "cost:*"] }],
      ["/name", { name: "" }],
      ["/name", { name: "a\nb" }],
      ["/expires_at", { expires_at: NOON }],
      ["/expires_at", { expires_at: NaN }],
    ] as const
  ) {
    const refused = await perform(addApiKey, { environment, principal: OPERATOR }, { ...input, ...wrong })
      .then(() => assert.fail("it was taken"), (error) => error);
    assert.deepEqual([refused.kind, refused.issues[0].pointer], ["invalid", pointer]);
  }
});

forEachDatabase(
  "everybody sees and revokes their own keys, and who looks after keys those of the organization",
  async ({ open }) => {
    const database = await open();
    const { environment } = await makeEnvironment(database);
    const mine = await addKey(database, { scopes: ["cost:read"], created_by: "viewer" });
    const others = await addKey(database, { scopes: ["cost:read"], created_by: "somebody" });
    const list = async (principal: Principal) =>
      (await perform(readApiKeys, { environment, principal }, { limit: 10 })).data.map(({ id }) => id).sort();
    assert.deepEqual(await list(VIEWER), [mine.id]);
    assert.deepEqual(await list(ADMIN), [mine.id, others.id].sort());
    await assert.rejects(perform(dropApiKey, { environment, principal: VIEWER }, { id: others.id }), {
      kind: "not_found",
    });
    await perform(dropApiKey, { environment, principal: VIEWER }, { id: mine.id });
    await assert.rejects(perform(dropApiKey, { environment, principal: VIEWER }, { id: mine.id }), {
      kind: "not_found",
    });
    await perform(dropApiKey, { environment, principal: ADMIN }, { id: others.id });
  },
);

forEachDatabase("keys of another organization are not found, and not made", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await createOrganization(database, { id: "other", name: "other" }, { actor: "cli:ann", now: NOON });
  const theirs = await addKey(database, { scopes: ["cost:read"], organization_id: "other", created_by: "admin" });
  const context = { environment, principal: ADMIN };
  const input = { name: "k", scopes: ["cost:read"], organization_id: "other" };
  assert.deepEqual((await perform(readApiKeys, context, { limit: 10 })).data, []);
  await assert.rejects(perform(dropApiKey, context, { id: theirs.id }), { kind: "not_found" });
  const refused = { kind: "forbidden_organization" };
  await assert.rejects(perform(dropApiKey, context, { id: theirs.id, organization_id: "other" }), refused);
  await assert.rejects(perform(readApiKeys, context, { limit: 10, organization_id: "other" }), refused);
  await assert.rejects(perform(addApiKey, context, input), refused);
  const root = { environment, principal: OPERATOR };
  assert.equal((await perform(addApiKey, root, input)).organization_id, "other");
  await assert.rejects(perform(addApiKey, root, { ...input, organization_id: "nowhere" }), { kind: "not_found" });
});

forEachDatabase("a key makes keys only with key:manage, with no more scopes and no later end", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  const make = (principal: Principal, input: { scopes: string[]; expires_at?: number }) =>
    perform(addApiKey, { environment, principal }, { name: "k", ...input });
  const scopes = ["cost:read"];
  await assert.rejects(make(keyPrincipal(["cost:read"]), { scopes }), { kind: "forbidden" });
  await assert.rejects(
    perform(readApiKeys, { environment, principal: keyPrincipal(["cost:read"]) }, { limit: 10 }),
    { kind: "forbidden" },
  );
  const manager = keyPrincipal(["key:manage", "cost:read"], NOON + 1_000);
  assert.equal((await make(manager, { scopes })).expires_at, NOON + 1_000);
  assert.equal((await make(manager, { scopes, expires_at: NOON + 2_000 })).expires_at, NOON + 1_000);
  assert.equal((await make(manager, { scopes, expires_at: NOON + 500 })).expires_at, NOON + 500);
  assert.equal((await make(manager, { scopes })).created_by, "admin");
  await assert.rejects(make(manager, { scopes: ["usage:read"] }), { kind: "forbidden" });
});
