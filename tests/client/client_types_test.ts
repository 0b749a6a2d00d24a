/**
 * The types of the client: current, and strict.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../db/postgres_binaries.ts";
import { withFolder } from "../db/for_each_database.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("client/openapi.d.ts is made from openapi.json: write it anew with deno task client", async () => {
  const folder = join(ROOT, "scripts", "client_types");
  const flags = ["--quiet", "--frozen", "--no-check", "--config", join(folder, "deno.json")];
  const permissions = ["--allow-read", "--allow-env", "--allow-sys"];
  const args = ["run", ...flags, ...permissions, join(folder, "generate.ts")];
  const made = await runProgram(Deno.execPath(), args, { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } });
  const committed = await Deno.readTextFile(join(ROOT, "client", "openapi.d.ts"));
  assert.ok(made.trimEnd() === committed.trimEnd(), "client/openapi.d.ts is not current");
});

/** Right as it stands: each line that is expected to be wrong is. */
const PROGRAM = `
import { createClient } from ${JSON.stringify(join(ROOT, "client", "client.js"))};
const costops = createClient({ server: "http://127.0.0.1:8080" });
// @ts-expect-error: there is no such path.
await costops.GET("/nothing");
// @ts-expect-error: a path has its parameters.
await costops.GET("/costs/{id}");
// @ts-expect-error: a model is a text.
await costops.POST("/usage", { body: { model: 3 } });
const { data, error } = await costops.GET("/costs/aggregate", { params: { query: { group_by: ["model"] } } });
if (error) {
  const code: string = error.code;
  // @ts-expect-error: a problem has a detail, not a message.
  console.log(code, error.message);
} else {
  // @ts-expect-error: an amount is a text or null.
  const amount: number = data.totals.cost_usd;
  console.log(amount);
}
`;

Deno.test("the client's types know paths, parameters, bodies, answers and problems", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "program.ts");
    await Deno.writeTextFile(path, PROGRAM);
    const args = ["check", "--quiet", "--config", join(ROOT, "deno.json"), path];
    assert.equal(await runProgram(Deno.execPath(), args, { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } }), "");
  });
});
