import assert from "node:assert/strict";
import { createOrganization } from "../../db/organizations.ts";
import { hasProject } from "../../db/projects.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { makeEntry } from "./records.ts";

forEachDatabase("hasProject() knows the projects of the organization's own usage", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "acme", name: "acme" }, { actor: "test", now: 0 });
  await database.append([
    makeEntry({ id: "a", timestamp: Date.UTC(2026, 0, 5), project: "checkout" }),
    makeEntry({ id: "b", timestamp: Date.UTC(2026, 0, 5), organization_id: "acme", project: "search" }),
  ]);
  const has = (project: string) => hasProject(database, { organization_id: "default", project });
  assert.deepEqual([await has("checkout"), await has("chekout"), await has("search")], [true, false, false]);
});
