/**
 * The secret that tokens are signed with: the configured one, or on SQLite one that is made once beside the database.
 */

import { dirname } from "node:path";
import { CostopsError } from "../../core/error.ts";
import { findDatabasePath } from "../../db/database.ts";
import { isRealSecret, SECRET_BYTES } from "../config/real_secret.ts";

/** What decides which secret it is. */
export interface SecretSources {
  /** JWT_SECRET, wherever it was set. */
  readonly configured: string | undefined;
  readonly database_url: string;
}

/**
 * Finds the secret, or makes it. Fails with `usage` on a configured one that is too short or stands in a document, and
 * on Postgres without one; with `failure` when the kept one is damaged or others may read it.
 */
export async function findSecret({ configured, database_url }: SecretSources): Promise<string> {
  if (configured !== undefined) {
    if (isRealSecret(configured)) return configured;
    throw new CostopsError(
      "usage",
      `Cannot sign with this JWT_SECRET: write at least ${SECRET_BYTES} random bytes that stand in no document; ` +
        "openssl rand -base64 48 makes some",
    );
  }
  const path = findDatabasePath(database_url);
  if (path === undefined) {
    throw new CostopsError(
      "usage",
      "Cannot start on Postgres without JWT_SECRET: the processes on one database share it; " +
        "openssl rand -base64 48 makes one",
    );
  }
  return await keepSecret(`${path}.jwt-secret`);
}

async function keepSecret(path: string): Promise<string> {
  try {
    return await readSecret(path) ?? (await makeSecret(path), await readSecret(path))!;
  } catch (cause) {
    if (cause instanceof CostopsError || !(cause instanceof Error)) throw cause;
    throw new CostopsError("failure", `Cannot keep the secret "${path}": ${cause.message}`, { cause });
  }
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) {
      throw new CostopsError("failure", `Cannot use the secret "${path}": others may read it; chmod 600 it`);
    }
    const secret = await Deno.readTextFile(path);
    if (/^[0-9a-f]{64}$/.test(secret)) return secret;
    throw new CostopsError(
      "failure",
      `Cannot use the secret "${path}": it is damaged; remove it to have a new one, which ends every session`,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes its folder too, since no database may be there yet. Written whole under another name first: of two processes that start at once the second finds the first's. */
async function makeSecret(path: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 });
  try {
    try {
      await file.write(new TextEncoder().encode(crypto.getRandomValues(new Uint8Array(32)).toHex()));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft);
  }
}
