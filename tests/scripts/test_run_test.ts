import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/test.ts", import.meta.url));

/** Runs scripts/test.ts on one test file with this text; its exit code and its last line. */
function runOn(text: string): { code: number | null; last: string | undefined; out: string } {
  const folder = mkdtempSync(join(tmpdir(), "costops-run-"));
  try {
    const file = join(folder, "planted_test.ts");
    writeFileSync(file, text);
    const args = ["run", "--quiet", "--no-lock", "--allow-all", SCRIPT, file];
    const { status, stdout } = spawnSync(Deno.execPath(), args, { encoding: "utf8" });
    return { code: status, last: stdout.trimEnd().split("\n").at(-1), out: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("test run: passed, and skipped with its reason", () => {
  const run = runOn('Deno.test("a", () => {});\nDeno.test.ignore("b (needs a moon)", () => {});\n');
  assert.deepEqual([run.code, run.last], [0, "1 passed, 0 failed, 1 skipped"]);
  assert.match(run.out, /^skipped: .*: b \(needs a moon\)$/m);
});

Deno.test("test run: a failed test, a leak and a skipped test without a reason fail it", () => {
  const failed = runOn('Deno.test("a", () => {});\nDeno.test("b", () => { throw new Error("planted fault"); });\n');
  assert.deepEqual([failed.code, failed.last], [1, "1 passed, 1 failed"]);
  assert.match(failed.out, /planted fault/);
  const leak = runOn('Deno.test("a", () => { Deno.openSync(Deno.execPath()); });\n');
  assert.deepEqual([leak.code, leak.last], [1, "0 passed, 1 failed"]);
  const silent = runOn('Deno.test("a", () => {});\nDeno.test.ignore("b", () => {});\n');
  assert.deepEqual([silent.code, silent.last], [1, "1 passed, 1 failed, 1 skipped"]);
});

Deno.test("test run: a module that does not load, and one without tests, fail it", () => {
  const broken = runOn('Deno.test("a", () => {});\nthrow new Error("at load");\n');
  assert.deepEqual([broken.code, broken.last], [1, "0 passed, 1 failed"]);
  const empty = runOn("const a = 1;\nconsole.log(a);\n");
  assert.deepEqual([empty.code, empty.last], [1, "0 passed, 1 failed"]);
});
