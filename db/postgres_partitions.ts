/**
 * Months of the usage table on Postgres: each is a partition of its own, made before the first record needs it.
 */

import { sql } from "kysely";
import type { PoolClient } from "pg";
import type { Queries, UsageBefore } from "./database.ts";
import { deleteUsageBefore } from "./prune.ts";

/** One partition: whole calendar months of UTC. */
interface Month {
  readonly name: string;
  /** Milliseconds since 1970 UTC; half-open. */
  readonly since: number;
  readonly until: number;
}

/** Locks out other processes that make partitions at the same time. */
const PARTITIONS_LOCK = 0x434f5053;

/** Knows which months have a partition. */
export class UsagePartitions {
  readonly #known = new Set<string>();

  /**
   * Makes the partitions of the months that these instants are in, and of the month after now, so that the first record
   * of a month never waits for its partition. Runs in transactions of its own, on a connection that is in none.
   */
  async prepare(client: PoolClient, instants: Iterable<number>, now: number): Promise<void> {
    const months = new Map<string, Month>();
    for (const instant of instants) addMonth(months, instant);
    addMonth(months, monthOf(now).until);
    for (const month of months.values()) {
      if (this.#known.has(month.name)) continue;
      await makePartition(client, month);
      this.#known.add(month.name);
    }
  }

  /** Forgets what is known: another process may have dropped a month. */
  forget(): void {
    this.#known.clear();
  }
}

function addMonth(months: Map<string, Month>, instant: number): void {
  for (const { since, until } of months.values()) if (instant >= since && instant < until) return;
  const month = monthOf(instant);
  months.set(month.name, month);
}

/** The month that an instant is in. */
export function monthOf(instant: number): Month {
  const date = new Date(instant);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const name = `usage_${String(year).padStart(4, "0")}_${String(month + 1).padStart(2, "0")}`;
  return { name, since: Date.UTC(year, month), until: Date.UTC(year, month + 1) };
}

/**
 * Makes a partition beside the table and attaches it then: unlike `create table … partition of` that lets others read and
 * write the table meanwhile.
 */
async function makePartition(client: PoolClient, { name, since, until }: Month): Promise<void> {
  if (await isAttached(client, name)) return;
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock($1)", [PARTITIONS_LOCK]);
    if (!await isAttached(client, name)) {
      await client.query(`create table ${name} (like usage including all)`);
      await client.query(`alter table usage attach partition ${name} for values from (${since}) to (${until})`);
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

async function isAttached(client: PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query(
    "select 1 from pg_inherits where inhparent = to_regclass('usage') and inhrelid = to_regclass($1)",
    [name],
  );
  return rows.length > 0;
}

/**
 * Drops an organization's rows and identities from before an instant, within a transaction: whole months at once where
 * no other organization has rows in them.
 */
export async function dropUsage(queries: Queries, before: UsageBefore): Promise<void> {
  await dropMonths(queries, before);
  await deleteUsageBefore(queries, before);
}

async function dropMonths(queries: Queries, scope: UsageBefore): Promise<void> {
  if ((await listOwnMonths(queries, scope)).length === 0) return;
  // Whoever appends holds the table already: it is waited for before its months are looked at for good.
  await sql`lock table usage in access exclusive mode`.execute(queries);
  for (const name of await listOwnMonths(queries, scope)) await sql`drop table ${sql.table(name)}`.execute(queries);
}

/** Months that end before an instant and have no row of another organization. */
async function listOwnMonths(queries: Queries, { organization_id, before }: UsageBefore): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = to_regclass('usage') order by c.relname`.execute(queries);
  const own: string[] = [];
  for (const { name } of rows) {
    if (endOf(name) > before) continue;
    const others = await sql`select 1 from ${sql.table(name)} where organization_id <> ${organization_id} limit 1`
      .execute(queries);
    if (others.rows.length === 0) own.push(name);
  }
  return own;
}

/** When a month of this name ends; never, for a partition that is not one of ours. */
function endOf(name: string): number {
  const [, year, month] = /^usage_(\d{4})_(\d{2})$/.exec(name) ?? [];
  return year === undefined ? Infinity : Date.UTC(Number(year), Number(month));
}
