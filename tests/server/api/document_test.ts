/**
 * The committed OpenAPI document: current, and clean for two linters that many use.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../db/postgres_binaries.ts";
import { withFolder } from "../../db/for_each_database.ts";
import { inPlace } from "../../cli/program.ts";

const COMMITTED = new URL("../../../openapi.json", import.meta.url);

Deno.test("openapi.json is what costops openapi prints: write it anew with costops openapi > openapi.json", async () => {
  await inPlace(async ({ run }) => {
    const { code, out, err } = await run(["openapi"]);
    assert.deepEqual([code, err], [0, ""]);
    assert.ok(out === await Deno.readTextFile(COMMITTED), "openapi.json is not current");
  });
});

Deno.test("openapi.json has no error for Redocly's linter and for Spectral's rules of OpenAPI", async () => {
  const findings = await lint(fileURLToPath(COMMITTED));
  assert.deepEqual(findings.filter(({ severity }) => severity === "error"), []);
});

Deno.test("both linters find what is wrong with a document", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "wrong.json");
    const document = JSON.parse(await Deno.readTextFile(COMMITTED));
    document.paths["/usage"].get.responses["200"].description = 3;
    await Deno.writeTextFile(path, JSON.stringify(document));
    const errors = (await lint(path)).filter(({ severity }) => severity === "error");
    assert.deepEqual([...new Set(errors.map(({ linter }) => linter))].sort(), ["redocly", "spectral"]);
  });
});

interface Finding {
  readonly linter: string;
  readonly rule: string;
  readonly severity: string;
  readonly place: string;
}

/** A program of its own lints, so that the lock of costops does not name the linters: it says why. */
async function lint(path: string): Promise<Finding[]> {
  const folder = fileURLToPath(new URL("linters/", import.meta.url));
  const flags = ["--quiet", "--frozen", "--no-check", "--config", join(folder, "deno.json")];
  const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run"];
  const args = ["run", ...flags, ...permissions, join(folder, "lint.ts"), path];
  return JSON.parse(await runProgram(Deno.execPath(), args, { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } }));
}
