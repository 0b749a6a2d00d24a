import assert from "node:assert/strict";
import { findImportPosition, keepImportPosition } from "../../db/import_positions.ts";
import { createOrganization } from "../../db/organizations.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";

const POSITION = { settings: "s", stamp: "1 2 3", bytes: 2 ** 40, lines: 7, digest: "d", is_resumable: true };

forEachDatabase("keepImportPosition() keeps one position a file and organization, and forgets it", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "acme", name: "acme" }, { actor: "cli:ann", now: NOON });
  const ours = { organization_id: "default", path: "/logs/a.ndjson" };
  const theirs = { organization_id: "acme", path: "/logs/a.ndjson" };
  assert.equal(await findImportPosition(database, ours), undefined);
  await keepImportPosition(database, { ...ours, position: POSITION });
  await keepImportPosition(database, { ...theirs, position: { ...POSITION, stamp: null, is_resumable: false } });
  await keepImportPosition(database, { ...ours, position: { ...POSITION, lines: 9 } });
  assert.deepEqual(await findImportPosition(database, ours), { ...POSITION, lines: 9 });
  assert.deepEqual(await findImportPosition(database, theirs), { ...POSITION, stamp: null, is_resumable: false });
  await keepImportPosition(database, { ...ours, position: undefined });
  assert.equal(await findImportPosition(database, ours), undefined);
  assert.notEqual(await findImportPosition(database, theirs), undefined);
});
