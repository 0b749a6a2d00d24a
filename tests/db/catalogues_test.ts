import assert from "node:assert/strict";
import { findCatalogue, findCatalogueVersion, installCatalogue } from "../../db/catalogues.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";
import { tamper } from "./tamper.ts";

const ACT = { actor: "cli:ann", now: NOON };

forEachDatabase("findCatalogue() gives the one installed last, whatever its version says", async ({ open }) => {
  const database = await open();
  assert.equal(await findCatalogue(database), undefined);
  assert.equal(await findCatalogueVersion(database), undefined);
  await installCatalogue(database, { version: "9", json: "[1]" }, ACT);
  await installCatalogue(database, { version: "8", json: "[2]" }, ACT);
  assert.deepEqual(await findCatalogue(database), { version: "8", json: "[2]" });
  assert.equal(await findCatalogueVersion(database), "8");
  const audit = await database.reader.selectFrom("audit_log").select(["action", "detail"]).orderBy("number").execute();
  assert.deepEqual(audit.map(({ action, detail }) => [action, JSON.parse(detail).version]), [
    ["catalogue.install", "9"],
    ["catalogue.install", "8"],
  ]);
});

forEachDatabase(
  "findCatalogue() fails with storage_failure when the stored catalogue was changed",
  async ({ open, url }) => {
    const database = await open();
    await installCatalogue(database, { version: "9", json: "[1]" }, ACT);
    await tamper(url, "update catalogues set body = '[2]'");
    await assert.rejects(findCatalogue(database), { kind: "storage_failure", message: /"9".*damaged/ });
  },
);
