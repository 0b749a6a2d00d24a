import assert from "node:assert/strict";
import { type Permission, type Principal, type Role, ROLES } from "../../../core/access.ts";
import { createOrganization } from "../../../db/organizations.ts";
import { findUserToLogIn, readUser } from "../../../db/users.ts";
import { readAudit } from "../../../server/operations/audit.ts";
import { perform } from "../../../server/operations/operation.ts";
import {
  addUser as createUser,
  disableUser,
  enableUser,
  readUsers,
  setUserPassword,
  setUserRoles,
} from "../../../server/operations/users.ts";
import { forEachDatabase } from "../../db/for_each_database.ts";
import { NOON } from "../../db/records.ts";
import { addUser, makeEnvironment, OPERATOR, principalOf } from "../auth/accounts.ts";

const ADMIN = principalOf(["org_admin"], { id: "admin" });
const PASSWORD = "correct horse battery";

/** A key that may look after users, and nothing else. */
const KEY: Principal = {
  actor: "key:aaaaaaaa",
  organization_id: "default",
  is_super_admin: false,
  permissions: new Set<Permission>(["user:manage"]),
  credential: { kind: "key", key_id: "aaaaaaaa", user_id: null, expires_at: null },
};

function inputOf(roles: readonly string[], email = "new@example.com") {
  return { email, password: PASSWORD, roles };
}

forEachDatabase("createUser() makes a user of the caller's organization who can log in", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  const context = { environment, principal: ADMIN };
  const user = await perform(createUser, context, { ...inputOf(["viewer", "viewer"]), name: " New One " });
  assert.deepEqual([user.organization_id, user.name, user.roles], ["default", "New One", ["viewer"]]);
  assert.ok(!JSON.stringify(user).includes("argon2"));
  const stored = await findUserToLogIn(database, "NEW@example.com");
  assert.equal(await environment.passwords.verify(PASSWORD, stored?.password_hash), true);
  await assert.rejects(perform(createUser, context, inputOf(["viewer"], "New@Example.com")), { kind: "conflict" });
});

forEachDatabase("what is sent beside the fields changes nothing of the new user", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  const extra = { id: "chosen", is_disabled: true, created_at: 1, password_hash: "x", is_super_admin: true };
  const user = await perform(createUser, { environment, principal: ADMIN }, { ...inputOf(["viewer"]), ...extra });
  assert.deepEqual([user.is_disabled, user.created_at, user.roles], [false, NOON, ["viewer"]]);
  assert.notEqual(user.id, "chosen");
});

for (
  const [pointer, wrong] of [
    ["/email", { email: "no address" }],
    ["/email", { email: `${"a".repeat(251)}@b.c` }],
    ["/email", { email: "a\u0000@b.c" }],
    ["/password", { password: "elevenchars" }],
    ["/password", { password: "x".repeat(257) }],
    ["/password", { password: "aaaaaaaaaaaa" }],
    ["/password", { password: "\ud800 is no whole text" }],
    ["/roles", { roles: [] }],
    ["/roles/1", { roles: ["viewer", "root"] }],
    ["/roles/0", { roles: ["__proto__"] }],
    ["/name", { name: " " }],
  ] as const
) {
  Deno.test(`createUser() refuses ${JSON.stringify(wrong).slice(0, 60)} at ${pointer}`, async () => {
    // Nothing is asked of the database before all of it was looked at.
    const environment = {} as never;
    const refused = await perform(createUser, { environment, principal: ADMIN }, { ...inputOf(["viewer"]), ...wrong })
      .then(() => assert.fail("it was taken"), (error) => error);
    assert.deepEqual([refused.kind, refused.issues[0].pointer], ["invalid", pointer]);
    if ("password" in wrong) assert.ok(!refused.message.includes(wrong.password));
  });
}

forEachDatabase("nobody gives a role that may do more than they, nor to themselves", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addUser(database, "admin", { roles: ["org_admin"] });
  await addUser(database, "u2", { roles: ["viewer"] });
  const give = (principal: Principal, role: string, user = "u2") =>
    perform(setUserRoles, { environment, principal }, { user, roles: [role] });
  await assert.rejects(give(ADMIN, "super_admin"), { kind: "forbidden" });
  await assert.rejects(give(ADMIN, "super_admin", "admin"), { kind: "forbidden" });
  await assert.rejects(perform(createUser, { environment, principal: ADMIN }, inputOf(["super_admin"])), {
    kind: "forbidden",
  });
  for (const role of Object.keys(ROLES)) await assert.rejects(give(KEY, role), { kind: "forbidden" });
  await assert.rejects(perform(createUser, { environment, principal: KEY }, inputOf(["org_admin"])), {
    kind: "forbidden",
  });
  // A key of a super admin that is not for organizations is no super admin.
  const all = { ...KEY, permissions: new Set(ROLES.super_admin) };
  await assert.rejects(give(all, "super_admin"), { kind: "forbidden" });
  assert.deepEqual((await give(ADMIN, "org_admin")).roles, ["org_admin"]);
  assert.deepEqual((await give(OPERATOR, "super_admin")).roles, ["super_admin"]);
});

forEachDatabase("nobody takes over somebody who may do more than they", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addUser(database, "root", { roles: ["super_admin"] });
  await addUser(database, "second", { roles: ["super_admin"] });
  const context = { environment, principal: ADMIN };
  const before = await findUserToLogIn(database, "root@example.com");
  await assert.rejects(perform(setUserPassword, context, { user: "root", password: PASSWORD }), { kind: "forbidden" });
  await assert.rejects(perform(disableUser, context, { user: "root" }), { kind: "forbidden" });
  await assert.rejects(perform(setUserRoles, context, { user: "root", roles: ["viewer"] }), { kind: "forbidden" });
  await addUser(database, "u2", { roles: ["viewer"] });
  const withKey = { environment, principal: KEY };
  await assert.rejects(perform(setUserPassword, withKey, { user: "u2", password: PASSWORD }), { kind: "forbidden" });
  await assert.rejects(perform(disableUser, withKey, { user: "u2" }), { kind: "forbidden" });
  assert.deepEqual(await findUserToLogIn(database, "root@example.com"), before);
});

forEachDatabase("an org admin sees and changes its own organization only", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await createOrganization(database, { id: "other", name: "other" }, { actor: "cli:ann", now: NOON });
  await addUser(database, "theirs", { roles: ["viewer"], organization_id: "other" });
  const context = { environment, principal: ADMIN };
  assert.deepEqual((await perform(readUsers, context, { limit: 10 })).data, []);
  for (const user of ["theirs", "theirs@example.com"]) {
    await assert.rejects(perform(disableUser, context, { user }), { kind: "not_found" });
    await assert.rejects(perform(setUserRoles, context, { user, roles: ["viewer"] }), { kind: "not_found" });
    await assert.rejects(perform(setUserPassword, context, { user, password: PASSWORD }), { kind: "not_found" });
  }
  const foreign = { organization_id: "other" };
  const refused = { kind: "forbidden_organization" };
  await assert.rejects(perform(readUsers, context, { limit: 10, ...foreign }), refused);
  await assert.rejects(perform(createUser, context, { ...inputOf(["viewer"]), ...foreign }), refused);
  await assert.rejects(perform(disableUser, context, { user: "theirs", ...foreign }), refused);
  await assert.rejects(perform(readAudit, context, { limit: 10, ...foreign }), refused);
  const { data } = await perform(readAudit, context, { limit: 10 });
  assert.deepEqual(data, []);
  const root = { environment, principal: OPERATOR };
  assert.equal((await perform(readUsers, root, { limit: 10, ...foreign })).data.length, 1);
  assert.equal((await perform(disableUser, root, { user: "theirs", ...foreign })).is_disabled, true);
  const seen = await perform(readAudit, root, { limit: 10 });
  assert.deepEqual(seen.data.map(({ action }) => action), ["user.disable", "user.create", "organization.create"]);
});

forEachDatabase("the last super admin stays, whoever asks", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addUser(database, "root", { roles: ["super_admin"] });
  const context = { environment, principal: OPERATOR };
  await assert.rejects(perform(disableUser, context, { user: "root" }), { kind: "conflict" });
  await assert.rejects(perform(setUserRoles, context, { user: "root", roles: ["org_admin"] }), { kind: "conflict" });
  assert.equal((await readUser(database, { organization_id: "default", user: "root" })).is_disabled, false);
});

forEachDatabase("a user is disabled once, and may come back", async ({ open }) => {
  const database = await open();
  const { environment } = await makeEnvironment(database);
  await addUser(database, "u2", { roles: ["viewer"] });
  const context = { environment, principal: ADMIN };
  await assert.rejects(perform(enableUser, context, { user: "u2" }), { kind: "not_found" });
  assert.equal((await perform(disableUser, context, { user: "u2" })).is_disabled, true);
  await assert.rejects(perform(disableUser, context, { user: "u2" }), { kind: "not_found" });
  assert.equal((await perform(enableUser, context, { user: "u2" })).is_disabled, false);
});

const ADMINS = ["super_admin", "org_admin"];
for (const role of Object.keys(ROLES) as Role[]) {
  const may = ADMINS.includes(role);
  Deno.test(`the role ${role} ${may ? "may" : "may not"} look after users`, async () => {
    const context = { environment: {} as never, principal: principalOf([role]) };
    const attempts = [
      () => perform(readUsers, context, { limit: 1 }),
      () => perform(createUser, context, inputOf(["viewer"])),
      () => perform(setUserRoles, context, { user: "u2", roles: ["viewer"] }),
      () => perform(disableUser, context, { user: "u2" }),
      () => perform(setUserPassword, context, { user: "u2", password: PASSWORD }),
    ];
    for (const attempt of attempts) {
      const error = await (async () => await attempt())().then(() => undefined, (reason) => reason);
      assert.equal(error?.kind === "forbidden", !may);
    }
  });
}
