/**
 * Queries that may take long, on threads of their own, so that whoever answers requests never waits for them.
 */

import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";
import type { ConnectionLoad, Queries } from "./database.ts";
import type { Tables } from "./tables.ts";
import { isClosing, Thread } from "./thread.ts";

/** What a thread is sent: the file to open, then queries. */
export type ReadRequest =
  | { readonly path: string }
  | { readonly sql: string; readonly parameters: readonly unknown[] };

/** A thread that reads. */
type Reader = Thread<ReadRequest>;

/** A query that takes longer is given up, and its thread with it. */
const QUERY_MS = 15_000;

/** Threads that read one file. */
export class SqliteThreads {
  /** Queries on whatever thread is free. */
  readonly queries: Queries;
  readonly #path: string;
  readonly #count: number;
  readonly #all = new Set<Reader>();
  readonly #free: Reader[] = [];
  readonly #waiting: PromiseWithResolvers<Reader>[] = [];
  readonly #query_ms: number;
  #isClosed = false;

  constructor(path: string, count: number, query_ms = QUERY_MS) {
    this.#path = path;
    this.#count = count;
    this.#query_ms = query_ms;
    const driver = new ThreadDriver(this);
    this.queries = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new ThreadsAdapter(),
        createDriver: () => driver,
        createIntrospector: (database) => new SqliteIntrospector(database),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
  }

  /** Threads by what they do, and who waits for one. */
  get load(): ConnectionLoad {
    const idle = this.#free.length;
    return { busy: this.#all.size - idle, idle, waiting: this.#waiting.length };
  }

  /** A thread for one caller alone, until it is given back. Threads are started when they are first needed. */
  async take(): Promise<Reader> {
    if (this.#isClosed) throw isClosing();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.size >= this.#count) {
      const waiting = Promise.withResolvers<Reader>();
      this.#waiting.push(waiting);
      return await waiting.promise;
    }
    const thread = this.#start();
    this.#all.add(thread);
    try {
      await thread.ask({ path: this.#path });
    } catch (error) {
      this.giveBack(thread.stop());
      throw error;
    }
    return thread;
  }

  /** Lets the next caller have a thread; one that was stopped is replaced when it is needed. */
  giveBack(thread: Reader): void {
    if (thread.isStopped) this.#all.delete(thread);
    const next = this.#waiting.shift();
    if (thread.isStopped) this.#replaceFor(next);
    else if (next === undefined) this.#free.push(thread);
    else next.resolve(thread);
  }

  #start(): Reader {
    const program = new URL("./sqlite_thread.ts", import.meta.url);
    return new Thread(program, { does: "reads the database", answer_ms: this.#query_ms });
  }

  #replaceFor(next: PromiseWithResolvers<Reader> | undefined): void {
    if (next !== undefined) this.take().then(next.resolve, next.reject);
  }

  /** Waits until every thread has closed its file, and stops those that are busy for too long. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(isClosing());
    await Promise.all([...this.#all].map((thread) => thread.close()));
    this.#all.clear();
    this.#free.length = 0;
  }
}

/** Kysely takes SQLite for one connection, which all queries would wait for in turn. */
class ThreadsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** A thread as Kysely's connection. */
class ThreadConnection implements DatabaseConnection {
  readonly thread: Reader;

  constructor(thread: Reader) {
    this.thread = thread;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.thread.isStopped) throw new Error("the thread of this transaction was stopped");
    return { rows: await this.thread.ask({ sql, parameters }) as Row[] };
  }

  // deno-lint-ignore require-yield
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.reject(new Error("threads give all rows of a query at once"));
  }
}

class ThreadDriver implements Driver {
  readonly #threads: SqliteThreads;

  constructor(threads: SqliteThreads) {
    this.#threads = threads;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadConnection> {
    return new ThreadConnection(await this.#threads.take());
  }

  // A reading transaction of SQLite sees one moment of the database, whatever its isolation is called.
  async beginTransaction(connection: ThreadConnection, _settings: TransactionSettings): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin"));
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: ThreadConnection): Promise<void> {
    if (!connection.thread.isStopped) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  releaseConnection(connection: ThreadConnection): Promise<void> {
    this.#threads.giveBack(connection.thread);
    return Promise.resolve();
  }

  async destroy(): Promise<void> {}
}
