/**
 * SQLite through Deno's own node:sqlite: connections with the settings that keep records, and its errors in our words.
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { dirname } from "node:path";
import { CostopsError } from "../core/error.ts";

/** "COST" in ASCII: marks a file as ours. */
export const APPLICATION_ID = 0x434f5354n;
const OLDEST_SQLITE = [3, 51, 3];
const BUSY_TIMEOUT_MS = 5_000;
const BRIEF_TIMEOUT_MS = 20;

/** How long a transaction waits for those of other processes, and how long at most between two looks. */
const FREE_MS = 30_000;
const FREE_WAIT_MS = 20;
const STATEMENTS = 200;

/** 16 MiB of log before its pages go to the file: of small groups many change the same ones, which are then written once. */
const LOG_PAGES = 4_000;

/** A value that may be bound to a parameter. */
export type Bound = string | number | bigint | null | Uint8Array;

/** What a statement changed or gave. */
export type Row = Record<string, string | bigint | number | null | Uint8Array>;

/** One connection: statements prepared once, whole numbers as bigint. */
export class SqliteConnection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #isReader: boolean;
  readonly #statements = new Map<string, StatementSync>();
  #failure: CostopsError | undefined;

  /** Opens a file, and makes it when it is to be written and is not there. Fails in words of the file's path. */
  constructor(path: string, { isReader }: { readonly isReader: boolean }) {
    this.path = path;
    this.#isReader = isReader;
    this.#database = openFile(path, isReader);
    try {
      this.#configure();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Prepares a statement, or finds it prepared. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.translate(() => this.#database.prepare(sql));
    statement.setReadBigInts(true);
    if (this.#statements.size >= STATEMENTS) {
      const oldest = this.#statements.keys().next();
      if (oldest.done !== true) this.#statements.delete(oldest.value);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs a statement and gives how many rows it changed. */
  run(sql: string, ...parameters: readonly Bound[]): bigint {
    return this.translate(() => BigInt(this.prepare(sql).run(...parameters.map(bind)).changes));
  }

  /** Runs a query and gives its rows. */
  all(sql: string, ...parameters: readonly Bound[]): Row[] {
    return this.translate(() => this.prepare(sql).all(...parameters.map(bind)) as Row[]);
  }

  /** Begins a transaction that may write. After an I/O error none begins any more: a later fsync could wrongly succeed. */
  begin(): void {
    this.requireSound();
    this.run("begin immediate");
  }

  /** Fails as the I/O error did after which nothing is written any more. */
  requireSound(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Begins no transaction any more: the file was found to be bad. */
  refuse(failure: CostopsError): void {
    this.#failure = failure;
  }

  /**
   * Begins a transaction that may write as soon as no other process has one; meanwhile the thread does other things.
   * Fails with `temporary` when that takes too long.
   */
  async beginWhenFree(wait_ms = FREE_MS): Promise<void> {
    const latest = performance.now() + wait_ms;
    for (;;) {
      try {
        return this.begin();
      } catch (error) {
        const isBusy = error instanceof CostopsError && error.kind === "temporary";
        if (!isBusy || performance.now() > latest) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * FREE_WAIT_MS));
    }
  }

  /** From now on statements wait little for other processes, since {@link beginWhenFree} waits for them. */
  waitBriefly(): void {
    this.all(`pragma busy_timeout = ${BRIEF_TIMEOUT_MS}`);
  }

  /** Runs work in one transaction that may write; nothing of it stays when it fails. */
  inTransaction<Result>(work: () => Result): Result {
    this.begin();
    try {
      const result = work();
      this.run("commit");
      return result;
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  /** Ends a failed transaction; SQLite may have ended it by itself already. */
  rollBack(): void {
    try {
      this.#database.exec("rollback");
    } catch {
      // There is no transaction any more, which is what is wanted.
    }
  }

  /** Runs work, with SQLite's errors in our words. */
  translate<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const explained = explainError(error, this.path);
      const isNew = explained instanceof CostopsError && explained !== error;
      if (isNew && explained.kind === "storage_failure" && !this.#isReader) this.#failure = explained;
      throw explained;
    }
  }

  /** Closes the connection; once is enough. */
  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #configure(): void {
    const version = String(this.all("select sqlite_version() as version")[0]?.version);
    if (compareVersions(version.split(".").map(Number), OLDEST_SQLITE) < 0) {
      throw new CostopsError("failure", `Cannot use SQLite ${version}: ${OLDEST_SQLITE.join(".")} or newer is needed`);
    }
    this.#checkOwner();
    const cache = this.#isReader ? 64 : 16;
    const settings = [
      "foreign_keys = on",
      "trusted_schema = off",
      "cell_size_check = on",
      `cache_size = -${cache * 1024}`,
      ...(this.#isReader
        ? ["query_only = on"]
        : ["synchronous = full", `wal_autocheckpoint = ${LOG_PAGES}`, "journal_size_limit = 67108864"]),
    ];
    for (const setting of settings) this.all(`pragma ${setting}`);
    if (!this.#isReader) this.#useWal();
  }

  #useWal(): void {
    if (this.#askForWal() === "wal") return;
    throw new CostopsError(
      "failure",
      `Cannot use "${this.path}": its file system has no shared memory for SQLite's WAL`,
    );
  }

  /** SQLite does not wait by itself for others who ask for the same of a new database. */
  #askForWal(): unknown {
    const latest = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        return this.all("pragma journal_mode = wal")[0]?.journal_mode;
      } catch (error) {
        const isBusy = error instanceof CostopsError && error.kind === "temporary";
        if (!isBusy || performance.now() > latest) throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * FREE_WAIT_MS);
    }
  }

  /** Another program's file is refused, never changed. */
  #checkOwner(): void {
    // Tables first: another process that is making this database marks it before it makes tables.
    const tables = this.all("select count(*) as count from sqlite_schema")[0]?.count;
    const id = this.all("pragma application_id")[0]?.application_id;
    if (id === APPLICATION_ID) return;
    if (id === 0n && tables === 0n) {
      if (!this.#isReader) this.all(`pragma application_id = ${APPLICATION_ID}`);
      return;
    }
    throw new CostopsError("failure", `Cannot use "${this.path}": it is a SQLite database of another program`);
  }
}

function openFile(path: string, isReader: boolean): DatabaseSync {
  try {
    if (!isReader) prepareFile(path);
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw explainError(error, path);
  }
}

/** Makes the folder (0700) and the file (0600), so that nobody else ever reads it. */
function prepareFile(path: string): void {
  const about = lookAt(path);
  if (about?.isDirectory) throw new CostopsError("failure", `Cannot open the database "${path}": it is a folder`);
  if (about !== undefined) return;
  Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Numbers are bound as whole numbers, and what SQLite would store as something else is refused. */
export function bind(value: unknown): SQLInputValue {
  switch (typeof value) {
    case "string":
    case "bigint":
      return value;
    case "number":
      if (Number.isSafeInteger(value)) return BigInt(value);
      break;
    case "boolean":
      return value ? 1n : 0n;
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
  }
  throw new TypeError(`cannot bind ${typeof value} ${String(value)} to a parameter`);
}

/** SQLite's primary result codes. */
const CODES = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};

/** Says SQLite's error in our words; what is no error of SQLite is given back as it is. */
export function explainError(error: unknown, path: string): unknown {
  if (error instanceof CostopsError) return error;
  if (error instanceof Deno.errors.NotCapable) return cannotOpen(path, error.message, error);
  if (error instanceof Deno.errors.PermissionDenied) return cannotOpen(path, "no permission", error);
  if (error instanceof Deno.errors.AlreadyExists) return cannotOpen(path, "its folder is a file", error);
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== "ERR_SQLITE_ERROR") {
    return isFileError(error) ? cannotOpen(path, (error as Error).message, error) : error;
  }
  const is = (code: number, text: string) => primaryCode(error) === code || error.message.includes(text);
  if (is(CODES.busy, "database is locked") || is(CODES.locked, "table is locked")) {
    return new CostopsError("temporary", `Cannot write to "${path}" now: another process is writing; try again`, {
      cause: error,
    });
  }
  if (is(CODES.full, "database or disk is full")) {
    return new CostopsError("storage_full", `Cannot write to "${path}": the disk is full`, { cause: error });
  }
  if (is(CODES.notADatabase, "file is not a database")) return cannotOpen(path, "it is not a SQLite database", error);
  if (is(CODES.cannotOpen, "unable to open database file")) {
    return cannotOpen(path, "no permission, or no such folder", error);
  }
  if (is(CODES.readOnly, "readonly database")) {
    return new CostopsError("failure", `Cannot write to "${path}": it is read-only`, { cause: error });
  }
  if (is(CODES.ioError, "disk I/O error") || is(CODES.corrupt, "malformed")) {
    return new CostopsError("storage_failure", `Cannot use "${path}": ${error.message}`, { cause: error });
  }
  // An upsert that leaves 64 bits becomes a double, which a strict table refuses.
  if (error.message.includes("integer overflow") || error.message.includes("cannot store REAL value in INTEGER")) {
    return new CostopsError("too_large", "Cannot add this up: the sum is beyond 64 bits", {
      cause: error,
    });
  }
  return error;
}

function primaryCode(error: Error): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && error.message.includes("(os error");
}

function cannotOpen(path: string, reason: string, cause: unknown): CostopsError {
  return new CostopsError("failure", `Cannot open the database "${path}": ${reason}`, { cause });
}

function compareVersions(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < other.length; at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
