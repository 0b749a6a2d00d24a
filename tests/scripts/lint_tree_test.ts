import assert from "node:assert/strict";
import { findTreeFaults } from "../../scripts/lint_tree.ts";

/** A registry's host, put together so that this file does not name one. */
const HOST = ["registry", "example", "org"].join(".");

Deno.test("findTreeFaults() finds a registry's host in any text", () => {
  assert.deepEqual(findTreeFaults("deno.lock", `{"tarball":"https://${HOST}/zod.tgz"}`), [
    `deno.lock: "${HOST}" is a registry's host: the repository names none`,
  ]);
  assert.deepEqual(findTreeFaults("README.md", "Prices are in the price book's registry. See https://example.com"), []);
});

Deno.test("findTreeFaults() wants exact versions from npm in deno.json", () => {
  const faultsOf = (target: string) => findTreeFaults("deno.json", JSON.stringify({ imports: { a: target } })).length;
  for (const target of ["npm:a", "npm:a@1", "npm:a@^1.2.3", "npm:@b/a@~1.2.3", "npm:a@latest", "jsr:@b/a@1.2.3"]) {
    assert.equal(faultsOf(target), 1, target);
  }
  for (const target of ["npm:a@1.2.3", "npm:@b/a@1.2.3", "npm:a@1.2.3/part", "npm:a@1.2.3-beta.4"]) {
    assert.equal(faultsOf(target), 0, target);
  }
  assert.deepEqual(findTreeFaults("tests/a/deno.json", '{"imports":{"a":"npm:a@1"}}'), [
    'tests/a/deno.json: "a" is "npm:a@1": write npm:name@1.2.3, the version exact',
  ]);
});

Deno.test("findTreeFaults() finds a silenced house rule, and a file silenced as a whole", () => {
  for (
    const rule of [
      "-ignore house/arrows",
      "-ignore no-explicit-any house/pure-core",
      "-ignore-file",
      "-ignore-file house/arrows",
    ]
  ) {
    assert.equal(findTreeFaults("core/a.ts", `const a = 1;\n// deno-lint${rule}\nconst b = 2;\n`).length, 1, rule);
  }
  assert.deepEqual(findTreeFaults("core/a.ts", "// deno-lint-ignore no-explicit-any\n"), []);
  assert.deepEqual(
    findTreeFaults("core/a.ts", "// deno-lint-ignore no-explicit-any -- the builder's type grows.\n"),
    [],
  );
});
