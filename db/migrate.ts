/**
 * Brings a database to this program's version: numbered migrations, in order, checked against what was applied.
 */

import { createHash } from "node:crypto";
import { CostopsError } from "../core/error.ts";
import { initial } from "./migrations/0001_initial.ts";
import { accounts } from "./migrations/0002_accounts.ts";
import { idempotency } from "./migrations/0003_idempotency.ts";
import { rateLimits } from "./migrations/0004_rate_limits.ts";
import { budgets } from "./migrations/0005_budgets.ts";
import { reports } from "./migrations/0006_reports.ts";
import { alerts } from "./migrations/0007_alerts.ts";
import { anomalyAcknowledgements } from "./migrations/0008_anomaly_acknowledgements.ts";
import type { Migration, SchemaWords } from "./migrations/migration.ts";

/** Every migration, ascending. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  accounts,
  idempotency,
  rateLimits,
  budgets,
  reports,
  alerts,
  anomalyAcknowledgements,
];

/** A migration that was applied. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** The migrations still to be applied. Fails with `failure` on a newer database, or one whose past differs. */
export function planMigrations(
  applied: readonly AppliedMigration[],
  { words, url }: { readonly words: SchemaWords; readonly url: string },
): readonly Migration[] {
  const newest = applied.at(-1)?.number ?? 0;
  const known = MIGRATIONS.at(-1)?.number ?? 0;
  if (newest > known) {
    throw new CostopsError(
      "failure",
      `Cannot use "${url}": it is at schema version ${newest}, this program knows ${known}; use a newer costops`,
    );
  }
  for (const past of applied) {
    const migration = MIGRATIONS.find(({ number }) => number === past.number);
    if (migration !== undefined && checksumOf(migration, words) === past.checksum) continue;
    throw new CostopsError("failure", `Cannot use "${url}": its migration ${past.number} is not this program's`);
  }
  return MIGRATIONS.filter(({ number }) => number > newest);
}

/** SHA-256 of a migration's statements, 64 hex digits. */
export function checksumOf(migration: Migration, words: SchemaWords): string {
  return createHash("sha256").update(migration.statements(words).join(";\n")).digest("hex");
}
