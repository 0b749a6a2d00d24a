/**
 * Price catalogues that were taken in; the newest is in force.
 */

import { createHash } from "node:crypto";
import { CostopsError } from "../core/error.ts";
import { recordAudit } from "./audit.ts";
import type { Database } from "./database.ts";
import type { Act } from "./organizations.ts";

/** A catalogue as stored: its version, and its list of providers as JSON. */
export interface StoredCatalogue {
  readonly version: string;
  readonly json: string;
}

/** The catalogue installed last, undefined when none was. Fails with `storage_failure` when it is not what was stored. */
export async function findCatalogue({ reader }: Database): Promise<StoredCatalogue | undefined> {
  const row = await reader.selectFrom("catalogues").select(["version", "body", "sha256"])
    .orderBy("number", "desc").limit(1).executeTakeFirst();
  if (row === undefined) return undefined;
  if (hash(row.body) !== row.sha256) {
    throw new CostopsError(
      "storage_failure",
      `Cannot use the stored price catalogue "${row.version}": it was damaged; take it in again with costops prices update`,
    );
  }
  return { version: row.version, json: row.body };
}

/** The version of the catalogue installed last, without reading it. */
export async function findCatalogueVersion({ reader }: Database): Promise<string | undefined> {
  const row = await reader.selectFrom("catalogues").select("version").orderBy("number", "desc").limit(1)
    .executeTakeFirst();
  return row?.version;
}

/** The version of the catalogue installed last, and when that was, in milliseconds since 1970 UTC. */
export async function findCatalogueInstallation(
  { reader }: Database,
): Promise<{ readonly version: string; readonly installed_at: number } | undefined> {
  const row = await reader.selectFrom("catalogues").select(["version", "installed_at"]).orderBy("number", "desc")
    .limit(1).executeTakeFirst();
  return row === undefined ? undefined : { version: row.version, installed_at: Number(row.installed_at) };
}

/** Takes a catalogue in; from then on it is in force. Whoever calls has checked it. */
export async function installCatalogue(
  database: Database,
  { version, json }: StoredCatalogue,
  { actor, now }: Act,
): Promise<void> {
  const sha256 = hash(json);
  await database.write(async (queries) => {
    await queries.insertInto("catalogues").values({ version, body: json, sha256, installed_at: now }).execute();
    const detail = { version, sha256 };
    await recordAudit(queries, { organization_id: "", at: now, actor, action: "catalogue.install", detail });
  });
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
