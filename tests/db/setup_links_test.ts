import assert from "node:assert/strict";
import { listAuditEntries } from "../../db/audit_entries.ts";
import type { Database } from "../../db/database.ts";
import { consumeSetupLink, createSetupLink, isSetupLinkOpen } from "../../db/setup_links.ts";
import { createUser, listUsers } from "../../db/users.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";
import { openTwo } from "./two_handles.ts";

const ACT = { actor: "server", now: NOON };
const LINK = { sha256: "cd".repeat(32), expires_at: NOON + 1_800_000 };

function userOf(id: string) {
  const roles = ["super_admin" as const];
  return { organization_id: "default", id, email: `${id}@example.com`, name: null, roles, password_hash: "hash" };
}

function consume(database: Database, id: string, now = NOON, sha256 = LINK.sha256) {
  return consumeSetupLink(database, { sha256, user: userOf(id) }, { actor: "setup", now });
}

forEachDatabase("a setup link makes the first user, once", async ({ open }) => {
  const database = await open();
  assert.equal(await createSetupLink(database, LINK, ACT), true);
  assert.equal(await isSetupLinkOpen(database, { sha256: LINK.sha256, now: NOON }), true);
  assert.deepEqual((await consume(database, "u1")).roles, ["super_admin"]);
  await assert.rejects(consume(database, "u2"), { kind: "unauthenticated" });
  assert.equal(await isSetupLinkOpen(database, { sha256: LINK.sha256, now: NOON }), false);
  const entries = await listAuditEntries(database, { limit: 10 });
  assert.deepEqual(entries.map(({ action, actor }) => [action, actor]), [["user.create", "setup"], [
    "setup.offer",
    "server",
  ]]);
});

forEachDatabase("of many who use one link at once, in two processes, one makes the user", async (place) => {
  const databases = await openTwo(place);
  await createSetupLink(databases[0]!, LINK, ACT);
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => consume(databases[index % 2]!, `u${index}`)),
  );
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await listUsers(databases[0]!, { organization_id: "default", limit: 10 })).length, 1);
});

forEachDatabase("a link that is wrong or has ended makes nobody, and stays unused", async ({ open }) => {
  const database = await open();
  await createSetupLink(database, LINK, ACT);
  await assert.rejects(consume(database, "u1", NOON, "00".repeat(32)), { kind: "unauthenticated" });
  await assert.rejects(consume(database, "u1", LINK.expires_at), { kind: "unauthenticated" });
  assert.equal(await isSetupLinkOpen(database, { sha256: LINK.sha256, now: LINK.expires_at }), false);
  await consume(database, "u1", LINK.expires_at - 1);
});

forEachDatabase("when there is a user no link is made, and one that was made is closed", async ({ open }) => {
  const database = await open();
  await createSetupLink(database, LINK, ACT);
  await createUser(database, userOf("u1"), ACT);
  assert.equal(await createSetupLink(database, { ...LINK, sha256: "ef".repeat(32) }, ACT), false);
  assert.equal(await isSetupLinkOpen(database, { sha256: LINK.sha256, now: NOON }), false);
  await assert.rejects(consume(database, "u2"), { kind: "unauthenticated" });
});
