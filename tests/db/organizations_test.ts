import assert from "node:assert/strict";
import { createOrganization, findOrganization, listOrganizations } from "../../db/organizations.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";

const ACT = { actor: "cli:ann", now: NOON };

forEachDatabase("createOrganization() makes one and says so in the audit log", async ({ open }) => {
  const database = await open();
  const acme = await createOrganization(database, { id: "acme", name: "Acme Inc." }, ACT);
  assert.deepEqual(acme, { id: "acme", name: "Acme Inc.", created_at: NOON });
  assert.deepEqual(await findOrganization(database, "acme"), acme);
  assert.deepEqual((await listOrganizations(database)).map(({ id }) => id), ["acme", "default"]);
  const audit = await database.reader.selectFrom("audit_log").selectAll().execute();
  assert.deepEqual(
    audit.map(({ organization_id, actor, action, detail }) => [organization_id, actor, action, detail]),
    [
      ["acme", "cli:ann", "organization.create", '{"id":"acme","name":"Acme Inc."}'],
    ],
  );
});

forEachDatabase(
  "createOrganization() fails with conflict when the id is taken, and changes nothing",
  async ({ open }) => {
    const database = await open();
    await createOrganization(database, { id: "acme", name: "one" }, ACT);
    await assert.rejects(createOrganization(database, { id: "acme", name: "two" }, ACT), { kind: "conflict" });
    assert.equal((await findOrganization(database, "acme"))?.name, "one");
    assert.equal((await database.reader.selectFrom("audit_log").select("number").execute()).length, 1);
  },
);

for (const id of ["", "-acme", ".acme", "Acme Inc.", "a/b", "é", "a\n", "x".repeat(129)]) {
  forEachDatabase(`createOrganization() refuses the id ${JSON.stringify(id.slice(0, 10))}`, async ({ open }) => {
    const database = await open();
    const creation = createOrganization(database, { id, name: "acme" }, ACT);
    await assert.rejects(creation, { kind: "invalid", message: /--id/ });
  });
}

forEachDatabase("findOrganization() tells ids apart by case", async ({ open }) => {
  const database = await open();
  assert.equal(await findOrganization(database, "Default"), undefined);
  await createOrganization(database, { id: "Default", name: "another" }, ACT);
  assert.equal((await findOrganization(database, "default"))?.name, "default");
});
