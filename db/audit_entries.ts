/**
 * The audit log as it is read: newest first, page by page.
 */

import type { AuditEntry } from "./audit.ts";
import type { Database } from "./database.ts";

/** An entry with its place in the chain. */
export interface NumberedEntry extends AuditEntry {
  /** From 1, without gaps. */
  readonly number: number;
}

/** Entries of an organization, or of all and the installation; newest first, from before the number `before` on. */
export async function listAuditEntries(
  { reader }: Database,
  { organization_id, before, limit }: {
    readonly organization_id?: string;
    readonly before?: number;
    readonly limit: number;
  },
): Promise<NumberedEntry[]> {
  let query = reader.selectFrom("audit_log").select(["number", "organization_id", "at", "actor", "action", "detail"]);
  if (organization_id !== undefined) query = query.where("organization_id", "=", organization_id);
  if (before !== undefined) query = query.where("number", "<", BigInt(before));
  const rows = await query.orderBy("number", "desc").limit(limit).execute();
  return rows.map((row) => ({
    ...row,
    number: Number(row.number),
    at: Number(row.at),
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }));
}
