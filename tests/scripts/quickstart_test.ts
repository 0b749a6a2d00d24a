import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../scripts/quickstart.ts", import.meta.url));

Deno.test("quickstart: a database that no quickstart made stays as it is", () => {
  const folder = mkdtempSync(join(tmpdir(), "costops-quickstart-"));
  try {
    mkdirSync(join(folder, "quickstart"));
    writeFileSync(join(folder, "quickstart", "costops.db"), "somebody's");
    const args = ["run", "--quiet", "--no-lock", "--allow-all", SCRIPT];
    const { status, stderr } = spawnSync(Deno.execPath(), args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(stderr, /^Cannot begin: quickstart\/costops\.db is there and no quickstart made it/);
    assert.equal(readFileSync(join(folder, "quickstart", "costops.db"), "utf8"), "somebody's");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
