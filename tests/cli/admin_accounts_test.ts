import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createPasswords } from "../../server/auth/password.ts";
import { hashApiKey, parseApiKey } from "../../server/auth/api_key.ts";
import { inPlace } from "./program.ts";

const PASSWORD = "correct horse battery";

function readRow(path: string, statement: string): Record<string, unknown> {
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    return file.prepare(statement).get() as Record<string, unknown>;
  } finally {
    file.close();
  }
}

Deno.test("costops admin user create: the password comes from stdin or the environment, and is kept as a hash", async () => {
  await inPlace(async ({ run, database }) => {
    const args = ["admin", "user", "create", "ann@example.com", "--role", "super_admin", "--name", "Ann"];
    const created = await run([...args, "--password-stdin"], `${PASSWORD}\n`);
    assert.deepEqual([created.code, created.err], [0, ""]);
    assert.equal(created.out, "Created the user ann@example.com in default, super_admin\n");
    const row = readRow(database, "select password_hash, name from users");
    assert.equal(row.name, "Ann");
    assert.equal(await createPasswords().verify(PASSWORD, String(row.password_hash)), true);
    const again = await run([...args, "--password-stdin"], PASSWORD);
    assert.deepEqual([again.code, again.out], [5, ""]);
    const byVariable = [
      "admin",
      "user",
      "create",
      "bob@example.com",
      "--role",
      "viewer",
      "--role",
      "billing",
      "--json",
    ];
    const bob = await run(byVariable);
    assert.deepEqual([bob.code, bob.out], [2, ""]);
    assert.match(bob.err, /--password-stdin/);
  });
  await inPlace(async ({ run, database }) => {
    const { code, out } = await run(["admin", "user", "create", "bob@example.com", "--role", "viewer", "--json"]);
    const { email, roles, organization_id, is_disabled, password_hash } = JSON.parse(out);
    assert.deepEqual([code, email, roles, organization_id, is_disabled], [
      0,
      "bob@example.com",
      ["viewer"],
      "default",
      false,
    ]);
    assert.equal(password_hash, undefined);
    const { password_hash: stored } = readRow(database, "select password_hash from users");
    assert.equal(await createPasswords().verify(PASSWORD, String(stored)), true);
  }, { COSTOPS_PASSWORD: PASSWORD });
});

Deno.test("costops admin user create: says what is wrong, and makes nobody", async () => {
  await inPlace(async ({ run }) => {
    const create = async (
      args: string[],
      input: string,
    ) => (await run(["admin", "user", "create", ...args, "--password-stdin"], input));
    for (
      const [args, input, said] of [
        [["ann@example.com", "--role", "viewer"], "short\n", /12 to 256/],
        [["ann@example.com", "--role", "viewer"], "", /empty/],
        [["ann@example.com", "--role", "viewer"], "two lines of text\nsecond line", /one line/],
        [["ann@example.com", "--role", "viewer"], "x".repeat(5_000), /12 to 256|one line/],
        [["ann@example.com", "--role", "root"], PASSWORD, /super_admin, org_admin/],
        [["ann@example.com"], PASSWORD, /at least one of/],
        [["ann", "--role", "viewer"], PASSWORD, /name@example.com/],
        [["ann@example.com", PASSWORD, "--role", "viewer"], PASSWORD, /too many arguments/],
      ] as const
    ) {
      const { code, out, err } = await create([...args], input);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, said);
      assert.ok(!err.includes("two lines of text"));
    }
    const { data } = JSON.parse((await run(["admin", "user", "list", "--json"])).out);
    assert.deepEqual(data, []);
  });
});

Deno.test("costops admin user: lists, changes roles, disables and enables", async () => {
  await inPlace(async ({ run }) => {
    await run(["admin", "org", "create", "acme"]);
    const make = (email: string, role: string) =>
      run(["admin", "user", "create", email, "--role", role, "--org", "acme"]);
    await make("root@example.com", "super_admin");
    await make("ann@example.com", "viewer");
    const inAcme = (...args: string[]) => run(["admin", "user", ...args, "--org", "acme"]);
    assert.equal(
      (await inAcme("roles", "ANN@example.com", "billing", "analyst")).out,
      "Now ann@example.com has the roles analyst, billing\n",
    );
    assert.equal((await run(["admin", "user", "roles", "ann@example.com", "viewer"])).code, 3);
    const unasked = await inAcme("disable", "ann@example.com");
    assert.deepEqual([unasked.code, /add --yes/.test(unasked.err)], [2, true]);
    assert.equal((await inAcme("disable", "ann@example.com", "--yes")).code, 0);
    assert.equal((await inAcme("disable", "ann@example.com", "--yes")).code, 3);
    const last = await inAcme("disable", "root@example.com", "--yes");
    assert.deepEqual([last.code, /last super admin/.test(last.err)], [5, true]);
    const table = (await inAcme("list")).out;
    assert.match(table, /^email +name +roles +state +created +id\n/);
    assert.match(table, /^ann@example\.com +analyst, billing +disabled +20/m);
    assert.equal(
      (await inAcme("enable", "ann@example.com")).out,
      "Now ann@example.com may log in again, analyst, billing\n",
    );
    assert.equal(
      (await inAcme("password", "ann@example.com")).out,
      "Set the password of ann@example.com; its sessions have ended\n",
    );
    const { data } = JSON.parse((await inAcme("list", "--json")).out);
    assert.deepEqual(data.map(({ email, is_disabled }: Record<string, unknown>) => [email, is_disabled]), [
      ["root@example.com", false],
      ["ann@example.com", false],
    ]);
    assert.equal((await run(["db", "doctor"])).code, 0);
  }, { COSTOPS_PASSWORD: PASSWORD, USER: "operator" });
});

Deno.test("costops admin key create: the key alone on stdout, once, and only its hash is kept", async () => {
  await inPlace(async ({ run, database }) => {
    const { code, out, err } = await run(["admin", "key", "create", "--scope", "usage:create", "--expires", "90d"]);
    const id = parseApiKey(out.trimEnd())!.id;
    assert.deepEqual([code, out.length], [0, 53]);
    assert.match(
      err,
      new RegExp(`^Created the API key ${id} in default for usage:create, until 20.*not shown again\n$`),
    );
    const row = readRow(database, "select * from api_keys");
    assert.deepEqual([row.sha256, row.created_by, row.scopes], [hashApiKey(out.trimEnd()), null, "usage:create"]);
    assert.equal(Number(row.expires_at) - Number(row.created_at) <= 90 * 86_400_000, true);
    assert.equal(Number(row.expires_at) - Number(row.created_at) > 89 * 86_400_000, true);
    const secret = out.slice(14, 46);
    for (const file of [database, `${database}-wal`]) {
      assert.equal((await Deno.readTextFile(file).catch(() => "")).includes(secret), false);
    }
    const quiet = await run(["admin", "key", "create", "--scope", "cost:read", "--name", "night job", "--json", "-q"]);
    const made = JSON.parse(quiet.out);
    assert.deepEqual([quiet.err, made.name, made.expires_at, parseApiKey(made.key)?.id], [
      "",
      "night job",
      null,
      made.id,
    ]);
  });
});

Deno.test("costops admin key: lists without secrets, and revokes once", async () => {
  await inPlace(async ({ run }) => {
    const key = (await run(["admin", "key", "create", "--scope", "usage:create", "--name", "night job"])).out.trimEnd();
    const id = parseApiKey(key)!.id;
    const listed = await run(["admin", "key", "list"]);
    assert.match(listed.out, new RegExp(`^${id} +night job +usage:create +never +never$`, "m"));
    assert.ok(!listed.out.includes(key.slice(14)));
    assert.equal((await run(["admin", "key", "revoke", id])).code, 2);
    const whole = await run(["admin", "key", "revoke", key, "--yes"]);
    assert.deepEqual([whole.code, whole.err.includes(key.slice(14))], [2, false]);
    const revoked = await run(["admin", "key", "revoke", id, "--yes"]);
    assert.deepEqual([revoked.code, revoked.out, revoked.err], [0, "", `Revoked the API key ${id}\n`]);
    assert.equal((await run(["admin", "key", "revoke", id, "--yes"])).code, 3);
    const { data } = JSON.parse((await run(["admin", "key", "list", "--json"])).out);
    assert.equal(data.length, 1);
    assert.match(data[0].revoked_at, /^20/);
    assert.match((await run(["admin", "key", "list"])).out, / revoked /);
  });
});

Deno.test("costops admin key create: refuses a wrong scope or time", async () => {
  await inPlace(async ({ run }) => {
    for (
      const [args, said] of [
        [["--scope", "usage"], /usage:create/],
        [[], /at least one of/],
        [["--scope", "cost:read", "--expires", "soon"], /90d, 12h or 2027-01-31/],
        [["--scope", "cost:read", "--expires", "2020-01-01"], /a time to come/],
        [["--scope", "cost:read", "--expires", "2027-02-30"], /90d, 12h or 2027-01-31/],
      ] as const
    ) {
      const { code, out, err } = await run(["admin", "key", "create", ...args]);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, said);
    }
  });
});
