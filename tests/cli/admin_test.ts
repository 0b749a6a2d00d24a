import assert from "node:assert/strict";
import { inPlace } from "./program.ts";

Deno.test("costops admin org create: makes an organization, once", async () => {
  await inPlace(async ({ run }) => {
    assert.equal((await run(["admin", "org", "create", "acme"])).out, "Created the organization acme\n");
    const again = await run(["admin", "org", "create", "acme"]);
    assert.deepEqual([again.code, again.out], [5, ""]);
    const spaced = await run(["admin", "org", "create", "Acme Inc."]);
    assert.equal(spaced.code, 2);
    assert.match(spaced.err, /--id/);
    const { id, name } = JSON.parse(
      (await run(["admin", "org", "create", "Acme Inc.", "--id", "acme-2", "--json"])).out,
    );
    assert.deepEqual([id, name], ["acme-2", "Acme Inc."]);
    const { data } = JSON.parse((await run(["admin", "org", "list", "--json"])).out);
    assert.deepEqual(data.map((organization: { id: string }) => organization.id), ["acme", "acme-2", "default"]);
    assert.match((await run(["admin", "org", "list"])).out, /^acme-2 +Acme Inc\. +20\d\d-/m);
  });
});

Deno.test("costops admin org create: makes the very organization that the configuration names", async () => {
  await inPlace(async ({ run }) => {
    assert.equal((await run(["db", "migrate"])).code, 0);
    const missing = await run(["report"]);
    assert.equal(missing.code, 3);
    assert.match(missing.err, /costops admin org create "acme"/);
    assert.equal((await run(["admin", "org", "create", "acme"])).code, 0);
    assert.equal((await run(["report"])).code, 0);
  }, { COSTOPS_ORG: "acme" });
});

Deno.test("costops db migrate: makes the database, and says its version", async () => {
  await inPlace(async ({ run, database }) => {
    const { code, out } = await run(["db", "migrate"]);
    assert.deepEqual([code, out], [0, `sqlite:${database} is at schema version 8\n`]);
    assert.equal((await run(["db", "doctor"])).code, 0);
  });
});
