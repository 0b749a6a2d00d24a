/**
 * The audit log: who did what, in a chain that shows when an entry was changed or taken out.
 */

import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Database, Queries } from "./database.ts";

/** What is recorded of one act. */
export interface AuditEntry {
  /** '' is the whole installation. */
  readonly organization_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** `cli:alice`, `user:…`, `key:…`. */
  readonly actor: string;
  /** `organization.create`, `price.set`, `usage.reprice`, …. */
  readonly action: string;
  /** What JSON can hold. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Names of the facts that the chain keeps in the table `installation`. */
const KEY = "audit_key";
const HEAD = "audit_head";

/** Before the first entry there is no mac. */
const NO_MAC = "";

/** Makes the key of a new database's chain: 32 random bytes as 64 hex digits. */
export function newAuditKey(): string {
  return randomBytes(32).toString("hex");
}

/**
 * Appends an entry within a transaction that writes: it stays when the transaction stays. Each entry's mac is an
 * HMAC-SHA-256 over the mac before it and the entry; the newest is kept apart too, so that a log cut short is noticed.
 */
export async function recordAudit(queries: Queries, entry: AuditEntry): Promise<void> {
  const key = await readFact(queries, KEY);
  if (key === undefined) throw new CostopsError("storage_failure", "Cannot write the audit log: its key is gone");
  const last = await queries.selectFrom("audit_log").select(["number", "mac"])
    .orderBy("number", "desc").limit(1).executeTakeFirst();
  const row = {
    ...entry,
    number: (last?.number ?? 0n) + 1n,
    at: BigInt(entry.at),
    detail: JSON.stringify(entry.detail),
  };
  const mac = macOf(row, { key, previous: last?.mac ?? NO_MAC });
  const { organization_id, at, actor, action, detail, number } = row;
  await queries.insertInto("audit_log").values({ number, organization_id, at, actor, action, detail, mac }).execute();
  const value = writeHead(number, mac);
  await queries.insertInto("installation").values({ key: HEAD, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value })).execute();
}

/** Walks the whole chain; what is wrong with it, in words, at most `LIMITS.issues` of it. */
export async function verifyAudit(database: Database): Promise<string[]> {
  const { reader } = database;
  const key = await readFact(reader, KEY);
  if (key === undefined) return ["the key of the audit log is gone"];
  // Read first: what is recorded meanwhile comes after it.
  const head = readHead(await readFact(reader, HEAD));
  const findings: string[] = [];
  let number = 0n;
  let previous = NO_MAC;
  while (findings.length < LIMITS.issues) {
    const rows = await reader.selectFrom("audit_log").selectAll().where("number", ">", number)
      .orderBy("number").limit(LIMITS.append_records).execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      // After a gap the chain cannot be checked at its seam; from there on it can again.
      if (row.number !== number + 1n) findings.push(`entries ${number + 1n} to ${row.number - 1n} are missing`);
      else if (row.mac !== macOf(row, { key, previous })) findings.push(`entry ${row.number} was changed`);
      else if (row.number === head.number && row.mac !== head.mac) findings.push(`entry ${row.number} was replaced`);
      number = row.number;
      previous = row.mac;
    }
  }
  if (number < head.number) findings.push(`entries ${number + 1n} to ${head.number} are missing`);
  if (head.number === 0n && number > 0n) findings.push("which entry is the newest is not known any more");
  return findings.slice(0, LIMITS.issues);
}

interface ChainedRow extends Omit<AuditEntry, "at" | "detail"> {
  readonly number: bigint;
  readonly at: bigint;
  /** JSON as it is stored. */
  readonly detail: string;
}

function macOf(row: ChainedRow, { key, previous }: { readonly key: string; readonly previous: string }): string {
  const { number, organization_id, at, actor, action, detail } = row;
  const canonical = JSON.stringify([String(number), organization_id, String(at), actor, action, detail]);
  return createHmac("sha256", Buffer.from(key, "hex")).update(`${previous}\n${canonical}`).digest("hex");
}

function writeHead(number: bigint, mac: string): string {
  return `${number} ${mac}`;
}

function readHead(text: string | undefined): { readonly number: bigint; readonly mac: string } {
  const [, number = "0", mac = NO_MAC] = /^(\d+) ([0-9a-f]{64})$/.exec(text ?? "") ?? [];
  return { number: BigInt(number), mac };
}

async function readFact(queries: Queries, key: string): Promise<string | undefined> {
  return (await queries.selectFrom("installation").select("value").where("key", "=", key).executeTakeFirst())?.value;
}
