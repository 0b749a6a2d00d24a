/**
 * Looks after the database: brings it to this version, and proves that it is sound.
 */

import type { Database } from "../db/database.ts";
import { MIGRATIONS } from "../db/migrate.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { openConfigured, operatorName, readConfig } from "./session.ts";
import { showControls } from "./terminal.ts";

/** Answers `costops db migrate`. */
export async function migrate(options: CommonOptions, { terminal }: Shell): Promise<void> {
  const database = await openConfigured(readConfig(options), { isReading: false });
  await database.close();
  terminal.out(`${database.url} is at schema version ${MIGRATIONS.at(-1)?.number ?? 0}\n`);
}

/** Answers `costops db doctor`. Exits 1 when something is found. */
export async function doctor(
  options: CommonOptions & { readonly json?: true; readonly repair?: true },
  shell: Shell,
): Promise<void> {
  const { examineDatabase } = await import("../db/doctor.ts");
  const database = await openConfigured(readConfig(options), { isReading: true });
  try {
    if (options.repair) await repair(database);
    const findings = await examineDatabase(database);
    const ok = findings.every((finding) => finding.ok);
    if (!ok) shell.exit_code = 1;
    if (options.json) return shell.terminal.out(`${JSON.stringify({ ok, checks: findings }, null, 2)}\n`);
    for (const { check, ok, detail } of findings) {
      const lines = detail.split("\n").map(showControls).join("\n        ");
      shell.terminal.out(`${ok ? "ok     " : "WRONG  "} ${check}: ${lines}\n`);
    }
  } finally {
    await database.close();
  }
}

async function repair(database: Database): Promise<void> {
  const { rebuildRollups } = await import("../db/rebuild.ts");
  await rebuildRollups(database, { actor: operatorName(), now: Date.now() });
}
