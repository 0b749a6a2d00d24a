import assert from "node:assert/strict";
import { Command } from "@commander-js/extra-typings";
import { addServerFlags, findConfigFlags } from "../../cli/config_flags.ts";
import { inPlace } from "./program.ts";

const SECRET = "kR3v9Lq0sTzW1xYb7uJmN4pQ8cE2dF6g";

Deno.test("costops config show: each value with its origin, without secrets, as text and as JSON", async () => {
  await inPlace(async ({ run, write }) => {
    await write("costops.toml", `[server]\nport = 7001\n[auth]\njwt_secret = "${SECRET}"\n`);
    const text = await run(["config", "show", "--org", "acme"]);
    assert.equal(text.code, 0);
    assert.match(text.out, /^database_url +postgres:\/\/ann:\*\*\*@db\/costs +environment DATABASE_URL +--database, /m);
    assert.match(text.out, /^organization +acme +flag --org +--org, COSTOPS_ORG, \[defaults\] organization$/m);
    assert.match(text.out, /^port +7001 +file costops.toml +--port, API_PORT, \[server\] port$/m);
    assert.match(text.out, /^jwt_secret +\*\*\* +file costops.toml /m);
    assert.match(text.out, /^log_level +info +default /m);
    const json = JSON.parse((await run(["config", "show", "--json"])).out);
    assert.deepEqual(json.port, { value: 7001, origin: "file costops.toml" });
    assert.deepEqual(json.server, { value: null, origin: "default" });
    assert.deepEqual(json.jwt_secret, { value: "***", origin: "file costops.toml" });
  }, { DATABASE_URL: "postgres://ann:hunter2@db/costs" });
});

Deno.test("costops: a server's variable that is wrong stops config show, and no command that does not serve", async () => {
  await inPlace(async ({ run }) => {
    const { code, err } = await run(["config", "show"]);
    assert.equal(code, 2);
    assert.equal(
      err,
      'costops: Cannot take "verbose" (environment LOG_LEVEL): write one of debug, info, warn, error\n',
    );
    assert.equal((await run(["db", "migrate"])).code, 0);
  }, { LOG_LEVEL: "verbose" });
});

Deno.test("costops: a wrong value in the file stops every command", async () => {
  await inPlace(async ({ run, write }) => {
    await write("costops.toml", "[server]\nport = 0.5\n");
    const { code, err } = await run(["db", "migrate"]);
    assert.equal(code, 2);
    assert.match(err, /^costops: Cannot take 0.5 for \[server\] port in costops.toml, line 2: write a whole number /);
  });
});

Deno.test("addServerFlags(): the flags of a server are found again as the texts that were given", () => {
  const command = new Command("serve");
  addServerFlags(command);
  const given = (...args: string[]) => findConfigFlags(command.parse(args, { from: "user" }).opts());
  const flags = given("--port", "7001", "--jwt-secret-file", "secret.txt", "--enable-metrics", "--cors-origins", "a,b");
  const set = Object.entries(flags).filter(([, value]) => value !== undefined);
  assert.deepEqual(Object.fromEntries(set), {
    port: "7001",
    "jwt-secret-file": "secret.txt",
    "enable-metrics": "true",
    "cors-origins": "a,b",
  });
  assert.equal(given("--enable-compression", "false")["enable-compression"], "false");
  assert.ok(!command.options.some(({ long }) => long === "--jwt-secret" || long === "--database"));
});
