/**
 * The login throttle: after some failures the next try waits, longer each time, and never for good. It is shared by all
 * processes on one database.
 */

import type { Database, Queries } from "./database.ts";

/** Who fails: an account that is tried, or an address that tries. */
export interface LoginSubject {
  readonly kind: "account" | "address";
  /** An account as a hash of what was written, whether there is one or not; an address as it is. */
  readonly name: string;
}

/** Failures that nothing follows from. An address may be a whole office. */
const FREE_FAILURES = { account: 5, address: 50 } as const;
/** Failures are forgotten this long after the last of them, or after what they blocked. */
const WINDOW_MS = 15 * 60_000;
const FIRST_DELAY_MS = 30_000;
/** No longer: whoever fails on purpose must not keep the owner out. */
const LONGEST_DELAY_MS = 5 * 60_000;

/** How long none of these may try, in milliseconds; 0 when they may. */
export async function readLoginDelay(
  { reader }: { readonly reader: Queries },
  subjects: readonly LoginSubject[],
  now: number,
): Promise<number> {
  const rows = await reader.selectFrom("login_failures").select("blocked_until")
    .where("subject", "in", subjects.map(writeSubject)).execute();
  return Math.max(0, ...rows.map(({ blocked_until }) => Number(blocked_until) - now));
}

/**
 * Notes that a try failed or succeeded; success forgets the account's failures. Gives how long the try should not have
 * been made, in milliseconds: others may have failed while it was checked, and then its result counts for nothing, so
 * that a hundred guesses at once are no better than five.
 */
export function noteLogin(
  database: Database,
  subjects: readonly LoginSubject[],
  { hasFailed, now }: { readonly hasFailed: boolean; readonly now: number },
): Promise<number> {
  return database.write(async (queries) => {
    const delay = await readLoginDelay({ reader: queries }, subjects, now);
    if (delay > 0) return delay;
    await queries.deleteFrom("login_failures").where("forget_at", "<=", BigInt(now)).execute();
    if (hasFailed) {
      for (const subject of subjects) await countFailure(queries, subject, now);
      return 0;
    }
    const accounts = subjects.filter(({ kind }) => kind === "account").map(writeSubject);
    if (accounts.length > 0) await queries.deleteFrom("login_failures").where("subject", "in", accounts).execute();
    return 0;
  });
}

async function countFailure(queries: Queries, subject: LoginSubject, now: number): Promise<void> {
  const key = writeSubject(subject);
  const before = await queries.selectFrom("login_failures").select("failures").where("subject", "=", key)
    .executeTakeFirst();
  const failures = Number(before?.failures ?? 0n) + 1;
  const blocked_until = now + delayAfter(failures, FREE_FAILURES[subject.kind]);
  const row = { failures, blocked_until, forget_at: blocked_until + WINDOW_MS };
  await queries.insertInto("login_failures").values({ subject: key, ...row })
    .onConflict((conflict) => conflict.column("subject").doUpdateSet(row)).execute();
}

/** Nothing below the free failures, then 30 s, doubled each time up to the longest. */
function delayAfter(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - free, 10), LONGEST_DELAY_MS);
}

function writeSubject({ kind, name }: LoginSubject): string {
  return `${kind}:${name}`;
}
