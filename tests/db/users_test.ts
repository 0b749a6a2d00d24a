import assert from "node:assert/strict";
import type { Role } from "../../core/access.ts";
import { listAuditEntries } from "../../db/audit_entries.ts";
import { verifyAudit } from "../../db/audit.ts";
import type { Database } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import {
  changeUser,
  createUser,
  findUserToLogIn,
  hasUsers,
  listUsers,
  readUser,
  toEmailKey,
  type UserChange,
} from "../../db/users.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";
import { openTwo } from "./two_handles.ts";

const ACT = { actor: "cli:ann", now: NOON };
const permit = () => {};

function create(
  database: Database,
  id: string,
  { email = `${id}@example.com`, organization_id = "default", roles = ["viewer"] as Role[] } = {},
) {
  return createUser(database, { organization_id, id, email, name: null, roles, password_hash: `hash of ${id}` }, ACT);
}

function change(database: Database, user: string, what: UserChange, organization_id = "default") {
  return changeUser(database, { organization_id, user }, { ...what, ...ACT, permit });
}

function kindOf(result: PromiseSettledResult<unknown>): string {
  return result.status === "fulfilled" ? "done" : result.reason.kind;
}

Deno.test("toEmailKey() is one for every spelling of an address", () => {
  assert.equal(toEmailKey(" Ann@Example.COM "), "ann@example.com");
  assert.equal(toEmailKey("cafe\u0301@example.com"), toEmailKey("CAF\u00c9@example.com"));
});

forEachDatabase(
  "createUser() makes a user that is found by its address, with what it was made of",
  async ({ open }) => {
    const database = await open();
    assert.equal(await hasUsers(database), false);
    const ann = await create(database, "u1", { email: "Ann@Example.com", roles: ["viewer", "analyst"] });
    assert.deepEqual(ann, {
      organization_id: "default",
      id: "u1",
      email: "Ann@Example.com",
      name: null,
      roles: ["analyst", "viewer"],
      is_disabled: false,
      created_at: NOON,
    });
    assert.equal(await hasUsers(database), true);
    assert.deepEqual(await findUserToLogIn(database, "aNN@example.com"), { ...ann, password_hash: "hash of u1" });
    assert.equal(await findUserToLogIn(database, "bob@example.com"), undefined);
    assert.deepEqual(await readUser(database, { organization_id: "default", user: "u1" }), ann);
    assert.deepEqual(await readUser(database, { organization_id: "default", user: "ANN@example.com" }), ann);
  },
);

forEachDatabase("an address is one user in the whole installation, however it is written", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await create(database, "u1", { email: "ann@example.com" });
  await assert.rejects(create(database, "u2", { email: "ANN@example.com", organization_id: "other" }), {
    kind: "conflict",
  });
  assert.deepEqual(await listUsers(database, { organization_id: "other", limit: 10 }), []);
  await assert.rejects(create(database, "u3", { organization_id: "nowhere" }), { kind: "not_found" });
});

forEachDatabase("of two processes that make a user of one address at once, one does", async (place) => {
  const databases = await openTwo(place);
  const made = await Promise.allSettled(
    databases.map((database, index) => create(database, `u${index}`, { email: "a@b.c" })),
  );
  assert.deepEqual(made.map(kindOf).sort(), ["conflict", "done"]);
  assert.equal((await listUsers(databases[0]!, { organization_id: "default", limit: 10 })).length, 1);
});

forEachDatabase("users of another organization are not found", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await create(database, "u1");
  for (const user of ["u1", "u1@example.com"]) {
    await assert.rejects(readUser(database, { organization_id: "other", user }), { kind: "not_found" });
    await assert.rejects(change(database, user, { is_disabled: true }, "other"), { kind: "not_found" });
  }
  assert.equal((await readUser(database, { organization_id: "default", user: "u1" })).is_disabled, false);
});

forEachDatabase("listUsers() goes on behind the last of the page before", async ({ open }) => {
  const database = await open();
  for (const id of ["u1", "u2", "u3"]) await create(database, id);
  const ids = async (after?: string) =>
    (await listUsers(database, { organization_id: "default", after, limit: 2 })).map(({ id }) => id);
  assert.deepEqual(await ids(), ["u1", "u2"]);
  assert.deepEqual(await ids("u2"), ["u3"]);
});

forEachDatabase(
  "changeUser() leaves a super admin who can log in, whichever way the last would go",
  async ({ open }) => {
    const database = await open();
    await create(database, "root", { roles: ["super_admin"] });
    await create(database, "second", { roles: ["super_admin"] });
    await change(database, "second", { is_disabled: true });
    await assert.rejects(change(database, "root", { is_disabled: true }), { kind: "conflict" });
    await assert.rejects(change(database, "root", { roles: ["viewer"] }), { kind: "conflict" });
    const root = await readUser(database, { organization_id: "default", user: "root" });
    assert.deepEqual([root.is_disabled, root.roles], [false, ["super_admin"]]);
    await change(database, "second", { is_disabled: false });
    assert.deepEqual((await change(database, "root", { roles: ["viewer"] })).roles, ["viewer"]);
  },
);

forEachDatabase("of two processes that take a super admin away each, one may not", async (place) => {
  const [one, other] = await openTwo(place);
  await create(one, "a", { roles: ["super_admin"] });
  await create(one, "b", { roles: ["super_admin"] });
  const results = await Promise.allSettled([
    change(one, "a", { is_disabled: true }),
    change(other, "b", { roles: ["viewer"] }),
  ]);
  assert.deepEqual(results.map(kindOf).sort(), ["conflict", "done"]);
});

forEachDatabase("changeUser() changes nothing of a user that is not permitted", async ({ open }) => {
  const database = await open();
  await create(database, "u1");
  const refused = changeUser(database, { organization_id: "default", user: "u1" }, {
    roles: ["org_admin"],
    ...ACT,
    permit: () => {
      throw new Error("not yours");
    },
  });
  await assert.rejects(refused, /not yours/);
  assert.deepEqual((await readUser(database, { organization_id: "default", user: "u1" })).roles, ["viewer"]);
});

forEachDatabase(
  "what is done to users is in the audit log, newest first, without a password's hash",
  async ({ open }) => {
    const database = await open();
    await create(database, "u1");
    await change(database, "u1", { roles: ["analyst"] });
    await change(database, "u1", { password_hash: "hash of another" });
    await change(database, "u1", { is_disabled: true });
    await change(database, "u1", { is_disabled: false });
    const entries = await listAuditEntries(database, { organization_id: "default", limit: 10 });
    assert.deepEqual(entries.map(({ number, action }) => [number, action]), [
      [5, "user.enable"],
      [4, "user.disable"],
      [3, "user.password"],
      [2, "user.roles"],
      [1, "user.create"],
    ]);
    assert.deepEqual(entries[3]?.detail, { id: "u1", email: "u1@example.com", roles: ["analyst"], before: ["viewer"] });
    assert.ok(!JSON.stringify(entries).includes("hash of"));
    assert.deepEqual(await verifyAudit(database), []);
  },
);

forEachDatabase(
  "listAuditEntries() goes on before the last of the page before, and keeps to its organization",
  async ({ open }) => {
    const database = await open();
    await createOrganization(database, { id: "other", name: "other" }, ACT);
    for (const id of ["u1", "u2", "u3"]) await create(database, id);
    const numbers = async (query: { organization_id?: string; before?: number }) =>
      (await listAuditEntries(database, { ...query, limit: 2 })).map(({ number }) => number);
    assert.deepEqual(await numbers({ organization_id: "default" }), [4, 3]);
    assert.deepEqual(await numbers({ organization_id: "default", before: 3 }), [2]);
    assert.deepEqual(await numbers({ organization_id: "other" }), [1]);
    assert.deepEqual(await numbers({ before: 3 }), [2, 1]);
  },
);
