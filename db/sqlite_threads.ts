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
import { CostopsError, type ErrorKind } from "../core/error.ts";
import type { ConnectionLoad, Queries } from "./database.ts";
import type { Tables } from "./tables.ts";

/** What a thread is sent: the file to open, then queries, and to close it at the end. */
export type ThreadRequest =
  | { readonly path: string }
  | { readonly sql: string; readonly parameters: readonly unknown[] }
  | "close";

/** What it sends back for each. */
export type ThreadAnswer =
  | { readonly rows: unknown[] }
  | { readonly error: { readonly kind?: ErrorKind; readonly message: string } };

/** A query that takes longer is given up, and its thread with it. */
const QUERY_MS = 15_000;

/** What a thread still does when it is to close its file may take so long, then the thread is stopped. */
const CLOSE_MS = 1_000;

/** Threads that read one file. */
export class SqliteThreads {
  /** Queries on whatever thread is free. */
  readonly queries: Queries;
  readonly #path: string;
  readonly #count: number;
  readonly #all = new Set<Thread>();
  readonly #free: Thread[] = [];
  readonly #waiting: PromiseWithResolvers<Thread>[] = [];
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
  async take(): Promise<Thread> {
    if (this.#isClosed) throw closed();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.size >= this.#count) {
      const waiting = Promise.withResolvers<Thread>();
      this.#waiting.push(waiting);
      return await waiting.promise;
    }
    const thread = new Thread(this.#query_ms);
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
  giveBack(thread: Thread): void {
    if (thread.isStopped) this.#all.delete(thread);
    const next = this.#waiting.shift();
    if (thread.isStopped) this.#replaceFor(next);
    else if (next === undefined) this.#free.push(thread);
    else next.resolve(thread);
  }

  #replaceFor(next: PromiseWithResolvers<Thread> | undefined): void {
    if (next !== undefined) this.take().then(next.resolve, next.reject);
  }

  /** Waits until every thread has closed its file, and stops those that are busy for too long. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(closed());
    await Promise.all([...this.#all].map((thread) => thread.close()));
    this.#all.clear();
    this.#free.length = 0;
  }
}

/** One thread; it is asked one thing at a time. */
class Thread {
  readonly #worker = new Worker(new URL("./sqlite_thread.ts", import.meta.url), { type: "module" });
  readonly #query_ms: number;
  /** Of what was asked last: it is answered, or it has failed. */
  #answered: Promise<unknown> = Promise.resolve();
  #abandon = (_error: Error) => {};
  isStopped = false;

  constructor(query_ms: number) {
    this.#query_ms = query_ms;
  }

  /** Sends a request and waits for its answer, within a limit of time after which the thread is stopped. */
  async ask(request: ThreadRequest): Promise<unknown[]> {
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    this.#answered = Promise.allSettled([promise]);
    this.#abandon = reject;
    const timer = setTimeout(() => {
      reject(new CostopsError("temporary", "Cannot answer this in time: ask for a shorter period, or try again"));
    }, this.#query_ms);
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`a thread that reads the database failed: ${event.message}`));
    };
    this.#worker.postMessage(request);
    let answer: ThreadAnswer;
    try {
      answer = await promise;
    } catch (error) {
      this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    if ("rows" in answer) return answer.rows;
    const { kind, message } = answer.error;
    throw kind === undefined ? new Error(message) : new CostopsError(kind, message);
  }

  /** Closes its file once it has answered what it was asked; without an answer in time it is stopped. */
  async close(): Promise<void> {
    const { promise: isLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    const closing = this.#answered.then(() => this.isStopped ? [] : this.ask("close"));
    await Promise.race([Promise.allSettled([closing]), isLate]);
    clearTimeout(timer);
    this.stop();
  }

  /** Ends it without waiting for anything; whoever waits for its answer is told. */
  stop(): this {
    this.isStopped = true;
    this.#abandon(closed());
    this.#worker.terminate();
    return this;
  }
}

function closed(): CostopsError {
  return new CostopsError("temporary", "Cannot read the database: it is being closed");
}

/** Kysely takes SQLite for one connection, which all queries would wait for in turn. */
class ThreadsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** A thread as Kysely's connection. */
class ThreadConnection implements DatabaseConnection {
  readonly thread: Thread;

  constructor(thread: Thread) {
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
