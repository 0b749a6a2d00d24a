/**
 * Retention: rows older than a mark go, their roll-ups stay.
 */

import { sql } from "kysely";
import { CostopsError } from "../core/error.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries, UsageBefore } from "./database.ts";
import { DAY_MS } from "./rollups.ts";

/** What was dropped, or would be. */
export interface Pruned {
  readonly records: bigint;
  /** The mark; milliseconds since 1970 UTC, the start of a UTC day. */
  readonly before: number;
}

/** What to drop: an organization's rows from before the start of the UTC day that an instant is in. */
export interface PruneInput {
  readonly organization_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly before: number;
  readonly is_preview: boolean;
  readonly actor: string;
  readonly now: number;
}

/**
 * Drops rows and identities from before the mark, and refuses records from before it ever after, in one transaction with
 * its audit entry. Fails with `conflict` when the mark would go back, and with `invalid` when it is not in the past.
 */
export async function pruneUsage(database: Database, input: PruneInput): Promise<Pruned> {
  const before = input.before - (input.before % DAY_MS);
  if (before > input.now) {
    throw new CostopsError("invalid", "Cannot drop usage that is still to come: name a day in the past");
  }
  if (input.is_preview) return { records: await countRows(database.reader, input.organization_id, before), before };
  return await database.write(async (queries) => {
    const mark = await queries.selectFrom("prune_marks").select("before")
      .where("organization_id", "=", input.organization_id).executeTakeFirst();
    if (mark !== undefined && Number(mark.before) > before) {
      const at = new Date(Number(mark.before)).toISOString();
      throw new CostopsError("conflict", `Cannot move the mark back: rows from before ${at} are gone already`);
    }
    const records = await countRows(queries, input.organization_id, before);
    await database.dropUsage(queries, { organization_id: input.organization_id, before });
    await queries.insertInto("prune_marks").values({ organization_id: input.organization_id, before: BigInt(before) })
      .onConflict((conflict) => conflict.column("organization_id").doUpdateSet({ before: BigInt(before) })).execute();
    await recordAudit(queries, {
      organization_id: input.organization_id,
      at: input.now,
      actor: input.actor,
      action: "usage.prune",
      detail: { before: new Date(before).toISOString(), records: records.toString() },
    });
    return { records, before };
  }, { usage_of: input.organization_id });
}

/** Deletes an organization's rows and identities from before an instant, within a transaction. */
export async function deleteUsageBefore(queries: Queries, { organization_id, before }: UsageBefore): Promise<void> {
  for (const table of ["usage", "usage_identity"] as const) {
    await queries.deleteFrom(table).where("organization_id", "=", organization_id)
      .where("timestamp", "<", BigInt(before)).execute();
  }
}

async function countRows(queries: Queries, organization_id: string, before: number): Promise<bigint> {
  const { count } = await queries.selectFrom("usage").select(sql<bigint>`cast(count(*) as bigint)`.as("count"))
    .where("organization_id", "=", organization_id).where("timestamp", "<", BigInt(before)).executeTakeFirstOrThrow();
  return count;
}
