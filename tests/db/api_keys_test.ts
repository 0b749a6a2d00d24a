import assert from "node:assert/strict";
import { LIMITS } from "../../core/limits.ts";
import {
  createApiKey,
  findApiKey,
  findApiKeyState,
  listApiKeys,
  noteApiKeyUse,
  revokeApiKey,
} from "../../db/api_keys.ts";
import { listAuditEntries } from "../../db/audit_entries.ts";
import type { Database } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { changeUser, createUser } from "../../db/users.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";

const ACT = { actor: "user:u1", now: NOON };
const HASH = "ab".repeat(32);

function create(
  database: Database,
  id: string,
  { organization_id = "default", created_by = null as string | null, now = NOON } = {},
) {
  const key = { organization_id, id, name: `key ${id}`, sha256: HASH, created_by, expires_at: null };
  return createApiKey(database, { ...key, scopes: ["usage:read", "usage:create"] }, { ...ACT, now });
}

forEachDatabase("createApiKey() keeps a key's hash, and says nothing of it", async ({ open }) => {
  const database = await open();
  const key = await create(database, "aaaaaaaa");
  assert.deepEqual(key, {
    organization_id: "default",
    id: "aaaaaaaa",
    name: "key aaaaaaaa",
    scopes: ["usage:create", "usage:read"],
    created_by: null,
    created_at: NOON,
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
  });
  assert.deepEqual(await findApiKey(database, { organization_id: "default", id: "aaaaaaaa" }), key);
  assert.equal((await findApiKeyState(database, "aaaaaaaa"))?.sha256, HASH);
  assert.ok(!JSON.stringify(await listAuditEntries(database, { limit: 10 })).includes(HASH));
  await assert.rejects(create(database, "aaaaaaaa"), { kind: "conflict" });
});

forEachDatabase(
  "listApiKeys() keeps to its organization and its maker, and goes on behind the last",
  async ({ open }) => {
    const database = await open();
    await createOrganization(database, { id: "other", name: "other" }, ACT);
    await create(database, "bbbbbbbb", { created_by: "u1" });
    await create(database, "aaaaaaaa");
    await create(database, "cccccccc", { created_by: "u1", now: NOON + 1 });
    await create(database, "dddddddd", { organization_id: "other", created_by: "u1" });
    const ids = async (query: Parameters<typeof listApiKeys>[1]) =>
      (await listApiKeys(database, query)).map(({ id }) => id);
    const scope = { organization_id: "default", limit: 2 };
    assert.deepEqual(await ids(scope), ["aaaaaaaa", "bbbbbbbb"]);
    assert.deepEqual(await ids({ ...scope, after: { created_at: NOON, id: "aaaaaaaa" } }), ["bbbbbbbb", "cccccccc"]);
    assert.deepEqual(await ids({ ...scope, created_by: "u1" }), ["bbbbbbbb", "cccccccc"]);
  },
);

forEachDatabase("revokeApiKey() takes a key of its scope once", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await create(database, "aaaaaaaa", { created_by: "u1" });
  const key = { organization_id: "default", id: "aaaaaaaa" };
  await assert.rejects(revokeApiKey(database, { ...key, organization_id: "other" }, ACT), { kind: "not_found" });
  await assert.rejects(revokeApiKey(database, { ...key, created_by: "u2" }, ACT), { kind: "not_found" });
  assert.notEqual(await findApiKeyState(database, "aaaaaaaa"), undefined);
  await revokeApiKey(database, { ...key, created_by: "u1" }, ACT);
  assert.equal(await findApiKeyState(database, "aaaaaaaa"), undefined);
  assert.equal((await findApiKey(database, key))?.revoked_at, NOON);
  await assert.rejects(revokeApiKey(database, key, ACT), { kind: "not_found" });
  assert.equal((await listAuditEntries(database, { limit: 1 }))[0]?.action, "key.revoke");
  const whole = revokeApiKey(database, { organization_id: "default", id: "cops_aaaaaaaa_secret" }, ACT);
  await assert.rejects(whole, { kind: "not_found", message: 'Cannot find the API key "cops_aaaaaaaa"' });
});

forEachDatabase(
  "findApiKeyState() has the roles of the maker as they are, and none of one who is disabled",
  async ({ open }) => {
    const database = await open();
    const user = { organization_id: "default", id: "u1", email: "a@b.c", name: null, password_hash: "hash" };
    await createUser(database, { ...user, roles: ["analyst", "billing"] }, ACT);
    await create(database, "aaaaaaaa", { created_by: "u1" });
    assert.equal((await findApiKeyState(database, "aaaaaaaa"))?.creator_roles, "analyst billing");
    const key = { organization_id: "default", user: "u1" };
    await changeUser(database, key, { is_disabled: true, ...ACT, permit: () => {} });
    assert.equal((await findApiKeyState(database, "aaaaaaaa"))?.creator_roles, null);
  },
);

forEachDatabase("noteApiKeyUse() notes a use at most once a minute", async ({ open }) => {
  const database = await open();
  const key = await create(database, "aaaaaaaa");
  const lastUse = async () => (await findApiKey(database, key))?.last_used_at;
  await noteApiKeyUse(database, key, NOON + 1);
  assert.equal(await lastUse(), NOON + 1);
  await noteApiKeyUse(database, key, NOON + 60_000);
  assert.equal(await lastUse(), NOON + 1);
  await noteApiKeyUse(database, key, NOON + 60_001);
  assert.equal(await lastUse(), NOON + 60_001);
});

forEachDatabase("an organization has a bounded number of keys that hold", async ({ open }) => {
  const database = await open();
  await database.write(async (queries) => {
    for (let first = 0; first < LIMITS.api_keys; first += 100) {
      const rows = Array.from({ length: 100 }, (_, index) => ({
        organization_id: "default",
        id: String(10_000_000 + first + index),
        name: "n",
        sha256: HASH,
        scopes: "usage:read",
        created_by: null,
        created_at: NOON,
        expires_at: NOON + 5,
        revoked_at: null,
        last_used_at: null,
      }));
      await queries.insertInto("api_keys").values(rows).execute();
    }
  });
  await assert.rejects(create(database, "aaaaaaaa", { now: NOON + 4 }), { kind: "conflict" });
  await create(database, "aaaaaaaa", { now: NOON + 5 });
});
