/**
 * Who waits for whom on Postgres, where several processes write at the same time.
 *
 * Writes run one after another. Appends run beside each other and beside writes, but never beside a write to the usage of
 * their organization. Locks are the database's own (advisory, of two numbers) and end with their transaction.
 */

import type { PoolClient } from "pg";
import type { AppendEntry } from "./append.ts";
import type { WriteScope } from "./database.ts";
import type { Row } from "./postgres.ts";

/** The first number of our locks: "CO". */
const WRITES = 0x434f0001;
const USAGE = 0x434f0002;
/** Stands for the usage of every organization. */
const EVERY = 0;

/** Lets one write at a time in, and keeps appends out of the usage that it changes. */
export async function lockForWrite(client: PoolClient, scope: WriteScope | undefined): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1, 0)", [WRITES]);
  if (scope === undefined) return;
  if (scope.usage_of === "all organizations") {
    await client.query("select pg_advisory_xact_lock($1, $2)", [USAGE, EVERY]);
  } else await client.query("select pg_advisory_xact_lock($1, hashtext($2) | 1)", [USAGE, scope.usage_of]);
}

/** Keeps writes out of the usage of these entries' organizations, and gives their prune marks. */
export async function lockUsageForAppend(
  client: PoolClient,
  entries: readonly AppendEntry[],
): Promise<ReadonlyMap<string, number>> {
  const organizations = [...new Set(entries.map(({ record }) => record.organization_id))].sort();
  await client.query({
    name: "lock-usage",
    text: `select pg_advisory_xact_lock_shared($1, $2), pg_advisory_xact_lock_shared($1, hashtext(o) | 1)
      from unnest($3::text[]) as o`,
    values: [USAGE, EVERY, organizations],
  });
  const { rows } = await client.query({
    name: "prune-marks",
    text: "select organization_id, before from prune_marks where organization_id = any($1::text[])",
    values: [organizations],
  });
  return toMarks(rows);
}

/**
 * Keeps writes and other appends out of an organization's usage, and gives its prune mark, if any; undefined, when others
 * are in it.
 */
export async function tryLockUsageAlone(
  client: PoolClient,
  organization: string,
): Promise<ReadonlyMap<string, number> | undefined> {
  const name = client.escapeLiteral(organization);
  // Two statements at once, each of which sees what is committed when it begins: the mark is read once it stays.
  const results = await client.query(
    `select pg_try_advisory_xact_lock_shared(${USAGE}, ${EVERY})
        and pg_try_advisory_xact_lock(${USAGE}, hashtext(${name}) | 1) as is_alone;
      select organization_id, before from prune_marks where organization_id = ${name}`,
  );
  const [lock, marks] = results as unknown as readonly { readonly rows: Row[] }[];
  return lock!.rows[0]!.is_alone === true ? toMarks(marks!.rows) : undefined;
}

function toMarks(rows: readonly Row[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => [String(row.organization_id), Number(row.before)]));
}
