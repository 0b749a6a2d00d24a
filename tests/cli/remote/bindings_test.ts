import assert from "node:assert/strict";
import { BINDINGS } from "../../../cli/remote/bindings.ts";
import { ROUTES } from "../../../server/routes/routes.ts";

/** Operations that no command performs on a server, or that a command performs in its own way. */
const WITHOUT_COMMAND = new Set([
  // Records go by /imports, however they came in.
  "ingestRecord",
  "ingestBatch",
  "ingestUsage",
  "importRecords",
  "readStatistics",
  "analyzeUsage",
  "analyzeCosts",
  "listCosts",
  "getCost",
  // Commands want to be told what these did, so they use prices/{id}/end and users/{id}/disable.
  "removeOwnPrice",
  "removeUser",
  // Sessions are begun and renewed before there is a credential.
  "login",
  "refreshSession",
  "setUp",
  "listAudit",
  "downloadReport",
]);

Deno.test("every route whose operation has a command has a binding of the same method and path", () => {
  const routes = ROUTES.filter(({ operation }) => !WITHOUT_COMMAND.has(operation.name));
  const ofRoutes = routes.map(({ operation: { name }, method, path }) => [name, method, path]);
  const ofBindings = Object.entries(BINDINGS).map(([name, { method, path }]) => [name, method, path]);
  assert.deepEqual(ofBindings.sort(), ofRoutes.sort());
});

Deno.test("the parameters of a binding's path are those of its route", () => {
  for (const [name, { path }] of Object.entries(BINDINGS)) {
    const route = ROUTES.find(({ operation }) => operation.name === name)!;
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    assert.deepEqual(Object.keys(route.params.shape), inPath, name);
  }
});

Deno.test("every operation that the command line performs has a binding, or is a database's alone", async () => {
  const folder = new URL("../../../cli/", import.meta.url);
  const performed = new Set<string>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    for (const [, operation] of text.matchAll(/\.perform\(\s*(?:operations\.)?(\w+),/g)) performed.add(operation!);
  }
  const values = await readOperations();
  const names = [...performed].filter((value) => values.has(value)).map((value) => values.get(value)!);
  const unbound = names.filter((name) => BINDINGS[name] === undefined);
  assert.deepEqual(unbound.sort(), ["downloadReport", "ingestUsage", "pruneUsage", "updateCatalogue"]);
  assert.ok(names.length > 20, String(names.length));
});

/** The name of every operation by the name of the value that it is. */
async function readOperations(): Promise<Map<string, string>> {
  const folder = new URL("../../../server/operations/", import.meta.url);
  const found = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    for (const [, value, operation] of text.matchAll(/export const (\w+): Operation<[^;]*?name: "(\w+)"/g)) {
      found.set(value!, operation!);
    }
  }
  return found;
}
