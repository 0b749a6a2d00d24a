import assert from "node:assert/strict";
import { join } from "node:path";
import { EMAIL, PASSWORD, withServer } from "./remote_place.ts";

const CREDENTIALS = [".config", "costops", "credentials.json"];

Deno.test("auth login keeps a session for its user alone, logout ends it on both sides", async () => {
  await withServer(async ({ place, server, remote }) => {
    const path = join(place.folder, ...CREDENTIALS);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const kept = JSON.parse(await Deno.readTextFile(path))[server.url];
    assert.equal(kept.email, EMAIL);
    const who = await remote(["auth", "whoami"]);
    assert.match(who.out, /^ann@example\.com in default, super_admin\nmay analytics:read, /);
    const out = await remote(["auth", "logout"]);
    assert.deepEqual([out.code, out.err], [0, `Logged out of ${server.url}\n`]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), {});
    const headers = { authorization: `Bearer ${kept.access_token}` };
    const answer = await fetch(`${server.url}/api/v1/auth/me`, { headers });
    await answer.body?.cancel();
    assert.equal(answer.status, 401);
    const after = await remote(["auth", "whoami"]);
    assert.equal(after.code, 4);
    assert.match(after.err, /without a credential: costops auth login --server /);
    assert.equal((await remote(["auth", "logout"])).code, 3);
  });
});

Deno.test("auth login refuses a wrong password, and takes none as an argument", async () => {
  await withServer(async ({ remote }) => {
    const wrong = await remote(["auth", "login", "--email", EMAIL, "--password-stdin"], "wrong password");
    assert.deepEqual([wrong.code, wrong.err], [4, "costops: Cannot log in: the email or the password is wrong\n"]);
    const none = await remote(["auth", "login", "--email", EMAIL]);
    assert.equal(none.code, 2);
    const argument = await remote(["auth", "login", "--email", EMAIL, "--password", PASSWORD]);
    assert.equal(argument.code, 2);
    // The session from before is as it was.
    assert.equal((await remote(["auth", "whoami"])).code, 0);
  });
});

Deno.test("a session whose access token has ended is renewed once, by many processes at once", async () => {
  await withServer(async ({ place, server, remote }) => {
    const path = join(place.folder, ...CREDENTIALS);
    const before = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ [server.url]: { ...before[server.url], expires_at: 0 } }));
    const runs = await Promise.all([1, 2, 3, 4].map(() => remote(["auth", "whoami"])));
    assert.deepEqual(runs.map(({ code }) => code), [0, 0, 0, 0]);
    const after = JSON.parse(await Deno.readTextFile(path))[server.url];
    assert.notEqual(after.refresh_token, before[server.url].refresh_token);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    // Past the time in which the old token would be forgiven, the session still holds.
    assert.equal((await remote(["auth", "whoami"])).code, 0);
  });
});

Deno.test("a session that was ended elsewhere says to log in again", async () => {
  await withServer(async ({ place, server, remote }) => {
    const path = join(place.folder, ...CREDENTIALS);
    const login = JSON.parse(await Deno.readTextFile(path))[server.url];
    const headers = { authorization: `Bearer ${login.access_token}` };
    await fetch(`${server.url}/api/v1/auth/logout`, { method: "POST", headers });
    const { code, err } = await remote(["report"]);
    assert.equal(code, 4);
    assert.match(err, /costops auth login --server /);
  });
});

Deno.test("an API key wins over a login, may do what its scopes say, and is never shown", async () => {
  await withServer(async ({ place, server, remote }) => {
    const made = await remote(["admin", "key", "create", "--scope", "cost:read", "--name", "reader"]);
    const key = made.out.trim();
    const file = await place.write("key.txt", `${key}\n`);
    const withKey = (args: readonly string[]) => remote([...args, "--api-key-file", file]);
    assert.match((await withKey(["auth", "whoami"])).out, /^the API key .{8} \(reader\) in default\nmay cost:read\n$/);
    assert.equal((await withKey(["report"])).code, 0);
    const denied = await withKey(["prices", "list"]);
    assert.deepEqual([denied.code, denied.err], [
      4,
      "costops: Cannot do this without the permission price:read\n",
    ]);
    const wrong = await place.write("wrong.txt", `${key.slice(0, -3)}AAA`);
    const refused = await remote(["report", "--api-key-file", wrong]);
    assert.equal(refused.code, 4);
    assert.ok(!refused.err.includes(key.slice(20)), refused.err);
    assert.match(refused.err, /^costops: Cannot use the API key \(flag --api-key-file\): /);
    const shown = await place.run(["config", "show", "--api-key-file", file]);
    assert.ok(!shown.out.includes(key) && shown.out.includes("***"));
    assert.equal(server.url.includes(key), false);
  });
});
