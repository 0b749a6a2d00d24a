/**
 * Connections to a Postgres server: a pool with the settings that keep records, and transactions that end for certain.
 */

import { Kysely, type PostgresCursor, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import { type ClientBase, Pool, type PoolClient, type PoolConfig, type Submittable, types } from "pg";
import { CostopsError } from "../core/error.ts";
import type { ConnectionLoad, Queries } from "./database.ts";
import { maskPassword } from "../core/mask.ts";
import { readAddress } from "./postgres_address.ts";
import { cursorsWith } from "./postgres_cursor.ts";
import { explainPostgresError, isConnectionLost, isWorthAnotherTry } from "./postgres_errors.ts";
import { type Fate, readFate, readLife } from "./postgres_fate.ts";
import type { Tables } from "./tables.ts";

/** The oldest server that is known to work: older ones have reached their end of life. */
const OLDEST_SERVER = 14;
const CONNECT_MS = 3_000;
const STATEMENT_MS = 15_000;
const LOCK_MS = 5_000;
const SILENCE_MS = 5_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
const IDLE_MS = 30_000;

/** How often a transaction is tried, and how long it waits in between: 50, 100, 200 ms, each up to twice that. */
const TRIES = 4;
const FIRST_WAIT_MS = 50;

/** How long, and how often, the server is asked what became of a commit whose connection was lost. */
const FATE_MS = 10_000;
const FATE_WAIT_MS = 250;

/** How a pool is made. */
export interface ConnectionOptions {
  readonly max_connections?: number;
  readonly is_patient?: boolean;
}

/** A server's connections. */
export class PostgresConnections {
  readonly url: string;
  /** At the same time, at most. */
  readonly max_connections: number;
  /** Queries that read, each on whatever connection is free. */
  readonly reader: Queries;
  readonly #pool: Pool;
  /** Which life of the server each connection is to. */
  readonly #lives = new WeakMap<ClientBase, string>();

  constructor(url: string, { max_connections = 10, is_patient = false }: ConnectionOptions) {
    this.url = url;
    this.max_connections = max_connections;
    const config: PoolConfig = {
      connectionString: readAddress(url),
      application_name: "costops",
      max: max_connections,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: IDLE_MS,
      keepAlive: true,
      // The server ends what takes too long; this ends what a network has lost without a word.
      ...(is_patient ? {} : { query_timeout: STATEMENT_MS + SILENCE_MS }),
      types: { getTypeParser },
      onConnect: async (client) => {
        // One that breaks says so by an event too, which would end the process if nobody heard it.
        client.on("error", () => {});
        await prepareSession(client, { url, is_patient });
        this.#lives.set(client, await readLife(client));
      },
    };
    this.#pool = new Pool(config);
    // An idle connection that breaks leaves the pool; the next query makes a new one.
    this.#pool.on("error", () => {});
    const cursor = cursorsWith(getTypeParser);
    this.reader = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: this.#translated(), cursor }) });
  }

  /** Connections by what they do, and who waits for one. */
  get load(): ConnectionLoad {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /**
   * Runs work in one transaction and gives what it gives, once it is committed. It is run again when another process was
   * in its way or the connection was lost before the commit; when it was lost during the commit, the server is asked
   * what became of it. Work that throws is undone, and so is work whose result is not to be kept.
   */
  async transact<Result>(work: Work<Result>, options: TransactOptions<Result> = {}): Promise<Result> {
    for (let tries = 1;; tries++) {
      const attempt: Attempt<Result> = { work, options, isCommitting: false };
      try {
        return await this.#attempt(attempt);
      } catch (error) {
        if (attempt.isCommitting && isConnectionLost(error) && await this.#hasCommitted(attempt)) {
          return attempt.result!;
        }
        if (tries === TRIES || !isWorthAnotherTry(error)) throw explainPostgresError(error, this.url);
      }
      const wait = FIRST_WAIT_MS * 2 ** (tries - 1);
      await pause(wait + Math.random() * wait);
    }
  }

  /** Runs work on one connection, outside of a transaction. */
  async using<Result>(work: Work<Result>): Promise<Result> {
    return await this.#explained(this.#onClient(work));
  }

  /** Closes every connection when what runs on it has ended. */
  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }

  async #onClient<Result>(work: Work<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    let isBroken = false;
    try {
      return await work(client);
    } catch (error) {
      isBroken = isConnectionLost(error);
      throw error;
    } finally {
      client.release(isBroken);
    }
  }

  async #attempt<Result>(attempt: Attempt<Result>): Promise<Result> {
    const { work, options } = attempt;
    const client = await this.#pool.connect();
    let broken: unknown;
    // A connection may break while work does something else than wait for it.
    const notice = (error: unknown) => broken ??= error;
    client.on("error", notice);
    try {
      await options.prepare?.(client);
      const { rows } = await client.query(BEGIN).then((results) => (results as unknown as { rows: Row[] }[])[1]!);
      attempt.transaction = String(rows[0]!.transaction);
      attempt.life = this.#lives.get(client);
      const result = attempt.result = await work(client);
      if (options.isKept?.(result) === false) {
        await client.query("rollback");
        return result;
      }
      attempt.isCommitting = true;
      const { command } = await client.query("commit");
      // The server ends a failed transaction so; work that goes on after a failed statement is a bug.
      if (command === "ROLLBACK") throw new Error("a transaction was committed after one of its statements had failed");
      return result;
    } catch (error) {
      if (isConnectionLost(error)) broken ??= error;
      else await client.query("rollback").catch(notice);
      throw error;
    } finally {
      client.off("error", notice);
      client.release(broken !== undefined);
    }
  }

  /** Asks what became of a commit whose answer was lost. Fails with `temporary` when nobody tells. */
  async #hasCommitted<Result>(attempt: Attempt<Result>): Promise<boolean> {
    const latest = performance.now() + FATE_MS;
    for (;;) {
      try {
        const fate = await this.#onClient((client) => this.#findFate(client, attempt));
        if (fate === "unknown") break;
        if (fate !== "in progress") return fate === "committed";
      } catch (error) {
        if (!isConnectionLost(error)) throw explainPostgresError(error, this.url);
      }
      if (performance.now() > latest) break;
      await pause(FATE_WAIT_MS);
    }
    throw new CostopsError(
      "temporary",
      `Cannot tell whether "${
        maskPassword(this.url)
      }" stored the last change: the connection was lost; look, or try again`,
    );
  }

  /**
   * What became of a transaction. A server that crashed may give the number of one that it lost to another: then a number
   * that is committed proves nothing, and what was to be stored is looked for.
   */
  async #findFate<Result>(client: PoolClient, { transaction, life, result, options }: Attempt<Result>): Promise<Fate> {
    const fate = await readFate(client, transaction!);
    if (this.#lives.get(client) === life) return fate;
    if (fate === "aborted" || fate === "in progress") return "aborted";
    if (options.isStored === undefined) return "unknown";
    return await options.isStored(client, result!) ? "committed" : "aborted";
  }

  /** The pool as Kysely sees it, with its errors in our words. */
  #translated(): PostgresPool {
    return {
      connect: () => this.#explained(this.#pool.connect()).then((client) => this.#translatedClient(client)),
      end: () => Promise.resolve(),
      options: this.#pool.options,
    };
  }

  #translatedClient(client: PoolClient): PostgresPoolClient {
    let isBroken = false;
    const query = async (sql: string, parameters: unknown[]) => {
      try {
        return await client.query(sql, parameters);
      } catch (error) {
        isBroken ||= isConnectionLost(error);
        throw error;
      }
    };
    const open = (cursor: OpenedCursor): PostgresCursor<unknown> => {
      client.query(cursor);
      // Ends the limit of time of a query, which a cursor would never end by itself.
      cursor.callback?.();
      return { read: (rows) => this.#explained(cursor.read(rows)), close: () => this.#explained(cursor.close()) };
    };
    return {
      query:
        ((sql: string | OpenedCursor, parameters: unknown[]) =>
          typeof sql === "string" ? this.#explained(query(sql, parameters)) : open(sql)) as never,
      // The server may say that it ends a connection before the connection ends: nobody is to be given that one.
      release: () => client.release(isBroken),
    };
  }

  async #explained<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      return await promise;
    } catch (error) {
      throw explainPostgresError(error, this.url);
    }
  }
}

/** A cursor as `pg` takes it, and gives it a callback of its own. */
type OpenedCursor = PostgresCursor<unknown> & Submittable & { readonly callback?: () => void };

/** A row as `pg` gives it. */
export type Row = Record<string, unknown>;

/** Kysely's queries on one connection, which stays its owner's to release. */
export function queriesOnClient(client: PoolClient): Queries {
  const held: PostgresPoolClient = {
    query: ((sql: string, parameters: unknown[]) => client.query(sql, parameters)) as never,
    release: () => {},
  };
  const pool: PostgresPool = { connect: () => Promise.resolve(held), end: () => Promise.resolve(), options: {} };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** What is done in a transaction. */
type Work<Result> = (client: PoolClient) => Promise<Result>;

/** What belongs to a transaction besides its work. */
export interface TransactOptions<Result> {
  /** Done before each try, on the same connection, outside of the transaction. */
  readonly prepare?: (client: PoolClient) => Promise<void>;
  /** Whether the transaction is committed with this result; it is when nothing is said. */
  readonly isKept?: (result: Result) => boolean;
  /** Whether all is stored that the result says is; asked when the server crashed and cannot tell. */
  readonly isStored?: (client: PoolClient, result: Result) => Promise<boolean>;
}

/** What is known of one try of a transaction. */
interface Attempt<Result> {
  readonly work: Work<Result>;
  readonly options: TransactOptions<Result>;
  /** The number that the server knows it by, in that one of its lives. */
  transaction?: string;
  life?: string;
  result?: Result;
  isCommitting: boolean;
}

/** The number is asked for at once: after a lost commit it tells what became of it. */
const BEGIN = "begin isolation level read committed; select pg_current_xact_id()::text as transaction";

/** Whole numbers as bigint, JSON as the text that it is; everything else as `pg` gives it. */
const getTypeParser: typeof types.getTypeParser = ((oid: number, format: "text" | "binary") => {
  switch (oid) {
    case types.builtins.INT2:
    case types.builtins.INT4:
    case types.builtins.INT8:
      return BigInt;
    case types.builtins.JSON:
    case types.builtins.JSONB:
      return (text: string) => text;
    default:
      return types.getTypeParser(oid, format as "text");
  }
}) as typeof types.getTypeParser;

/** Refuses a server that does not keep what it acknowledges, and bounds what a session may do. */
async function prepareSession(client: ClientBase, { url, is_patient }: { url: string; is_patient: boolean }) {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync,
      current_setting('server_encoding') as encoding, current_setting('synchronous_commit') as durability`,
  );
  const { version, fsync, encoding, durability } = rows[0] as Row;
  const refuse = (reason: string) => {
    throw new CostopsError("failure", `Cannot use ${new URL(url).host}: ${reason}`);
  };
  if (Number(version) < OLDEST_SERVER) refuse(`it is Postgres ${version}, ${OLDEST_SERVER} or newer is needed`);
  if (fsync !== "on") refuse("it runs with fsync=off and would lose acknowledged records; set fsync=on");
  if (encoding !== "UTF8") refuse(`its database is in ${encoding}; create one with encoding UTF8`);
  const settings = {
    statement_timeout: is_patient ? 0 : STATEMENT_MS,
    lock_timeout: LOCK_MS,
    // A pipe that an operator's report goes to may be read slowly.
    idle_in_transaction_session_timeout: is_patient ? 0 : IDLE_IN_TRANSACTION_MS,
    ...(durability === "off" || durability === "local" ? { synchronous_commit: "on" } : {}),
  };
  await client.query(Object.entries(settings).map(([name, value]) => `set ${name} = ${value}`).join("; "));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
