/**
 * A database that passes everything on to another: what watches or measures one changes only what it is about.
 */

import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import type { ConnectionLoad, Database, Integrity, Queries, StoredRows, UsageBefore, WriteScope } from "./database.ts";

/** Passes every call on. */
export class ForwardingDatabase implements Database {
  readonly url: string;
  readonly reader: Queries;
  readonly scanner: Queries;
  readonly weighs_values: boolean;
  readonly append_records: number;
  readonly #database: Database;

  constructor(database: Database, { reader, scanner }: Pick<Database, "reader" | "scanner"> = database) {
    this.url = database.url;
    this.reader = reader;
    this.scanner = scanner;
    this.weighs_values = database.weighs_values;
    this.append_records = database.append_records;
    this.#database = database;
  }

  prepareAppend(entries: readonly AppendEntry[]): Promise<void> {
    return this.#database.prepareAppend(entries);
  }

  append(entries: readonly AppendEntry[], options?: AppendOptions): Promise<AppendOutcome[]> {
    return this.#database.append(entries, options);
  }

  write<Result>(work: (queries: Queries) => Promise<Result>, scope?: WriteScope): Promise<Result> {
    return this.#database.write(work, scope);
  }

  dropUsage(queries: Queries, before: UsageBefore): Promise<void> {
    return this.#database.dropUsage(queries, before);
  }

  storeRows(rows: StoredRows, work: (queries: Queries) => Promise<void>): Promise<void> {
    return this.#database.storeRows(rows, work);
  }

  checkIntegrity(): Promise<Integrity> {
    return this.#database.checkIntegrity();
  }

  measureLoad(): ConnectionLoad {
    return this.#database.measureLoad();
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
