/**
 * Answers kept under an Idempotency-Key, in the transaction of the effect they tell of.
 */

import { CostopsError } from "../core/error.ts";
import type { Database, Queries } from "./database.ts";

/** What a key stands for. */
export interface IdempotencyClaim {
  /** SHA-256 of whose key it is, for what: 64 hex digits. */
  readonly scope: string;
  /** SHA-256 of what was sent with it: 64 hex digits. */
  readonly payload: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/**
 * The answer kept for a claim, undefined when there is none. Fails with `invalid` when the key was used with something
 * else.
 */
export async function findKeptAnswer(
  queries: Queries,
  { scope, payload, now }: IdempotencyClaim,
): Promise<Uint8Array | undefined> {
  const row = await queries.selectFrom("idempotent_answers").select(["payload", "answer"])
    .where("scope", "=", scope).where("expires_at", ">", BigInt(now)).executeTakeFirst();
  if (row === undefined || row.answer === null) return undefined;
  if (row.payload === payload) return row.answer;
  throw new CostopsError("invalid", "Cannot take this Idempotency-Key again with another request: use a new one", {
    issues: [{ pointer: "/header/Idempotency-Key", detail: "was used with another request" }],
  });
}

/**
 * Does work under a claim in one transaction, and keeps its answer in it: both stay, or neither. Whoever comes with the
 * same claim meanwhile, from another process too, waits for the end of it and gets the answer that was kept.
 */
export function keepAnswer<Result extends { readonly answer: Uint8Array }>(
  database: Database,
  { scope, payload, now, expires_at, usage_of }: IdempotencyClaim & {
    readonly expires_at: number;
    /** The organization whose stored usage the work changes. */
    readonly usage_of?: string;
  },
  work: (database: Database) => Promise<Result>,
): Promise<Result | { readonly kept: Uint8Array }> {
  return database.write(async (queries) => {
    await queries.deleteFrom("idempotent_answers").where("expires_at", "<=", BigInt(now)).execute();
    const claimed = await queries.insertInto("idempotent_answers").values({ scope, payload, answer: null, expires_at })
      .onConflict((conflict) => conflict.column("scope").doNothing()).returning("scope").executeTakeFirst();
    if (claimed === undefined) {
      const kept = await findKeptAnswer(queries, { scope, payload, now });
      if (kept !== undefined) return { kept };
      throw new Error("an idempotency claim without its answer was committed");
    }
    const result = await work(withinTransaction(database, { queries, usage_of }));
    await queries.updateTable("idempotent_answers").set({ answer: result.answer }).where("scope", "=", scope).execute();
    return result;
  }, usage_of === undefined ? undefined : { usage_of });
}

/** The database as the handler of an operation sees it whose every read and write is part of one transaction. */
function withinTransaction(
  database: Database,
  { queries, usage_of }: { readonly queries: Queries; readonly usage_of: string | undefined },
): Database {
  const refuse = (what: string) => () => Promise.reject(new Error(`${what} is not for a request with Idempotency-Key`));
  return {
    url: database.url,
    reader: queries,
    scanner: queries,
    weighs_values: database.weighs_values,
    append_records: database.append_records,
    write: (work, scope) => {
      if (scope === undefined || scope.usage_of === usage_of) return work(queries);
      return Promise.reject(new Error(`the route does not say that it changes the usage of ${scope.usage_of}`));
    },
    prepareAppend: refuse("an append"),
    append: refuse("an append"),
    dropUsage: (_, before) => database.dropUsage(queries, before),
    storeRows: refuse("storing rows"),
    checkIntegrity: refuse("a check"),
    measureLoad: () => database.measureLoad(),
    close: refuse("closing"),
  };
}
