/**
 * Appending on SQLite: prepared statements, one transaction a batch, roll-ups summed in memory and written once.
 */

import type { StatementSync } from "node:sqlite";
import type { AppliedPrice } from "../core/pricing/price.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import { beyondRetention, isStored } from "./append_plan.ts";
import { addLineSql, ROLLUPS, RollupSums, valuesOf } from "./rollups.ts";
import type { SqliteConnection } from "./sqlite.ts";
import { SqliteSuperseder } from "./sqlite_supersede.ts";
import { type StoredPrice, storePrice, USAGE_COLUMNS, writeRow } from "./usage_columns.ts";

const INSERTED: AppendOutcome = { outcome: "inserted" };

/** Appends batches on one connection. */
export class SqliteAppender {
  readonly #connection: SqliteConnection;
  readonly #insertIdentity: StatementSync;
  readonly #findIdentity: StatementSync;
  readonly #insertUsage: StatementSync;
  readonly #addLines: readonly StatementSync[];
  /** Stored forms of prices, and those known to be in the database. */
  readonly #prices = new WeakMap<AppliedPrice, StoredPrice>();
  readonly #stored = new Set<bigint>();
  readonly #superseder: SqliteSuperseder;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.#superseder = new SqliteSuperseder(connection);
    this.#insertIdentity = connection.prepare(
      "insert into usage_identity (organization_id, id, content_hash, timestamp) values (?, ?, ?, ?) on conflict do nothing",
    );
    this.#findIdentity = connection.prepare(
      "select lower(hex(content_hash)) as content_hash, timestamp, deleted_at from usage_identity where organization_id = ? and id = ?",
    );
    const places = USAGE_COLUMNS.map(() => "?").join(", ");
    this.#insertUsage = connection.prepare(`insert into usage (${USAGE_COLUMNS.join(", ")}) values (${places})`);
    this.#addLines = ROLLUPS.map((rollup) => connection.prepare(addLineSql(rollup)));
  }

  /**
   * Appends a batch in the transaction that has begun, and ends it. A full disk is no I/O error, after which nothing could be appended any more: the
   * transaction is undone, and the next may find room.
   */
  append(entries: readonly AppendEntry[], options: AppendOptions): AppendOutcome[] {
    try {
      return this.#connection.translate(() => this.#appendOnce(entries, options));
    } catch (error) {
      this.#connection.rollBack();
      throw error;
    }
  }

  #appendOnce(entries: readonly AppendEntry[], options: AppendOptions): AppendOutcome[] {
    const batch: Batch = { sums: new RollupSums(), newPrices: new Set(), marks: this.#readMarks() };
    const outcomes = entries.map((entry) => this.#appendEntry(entry, batch));
    const isRefused = options.is_atomic === true && !outcomes.every(isStored);
    if (options.is_preview === true || isRefused) {
      this.#connection.run("rollback");
      return outcomes;
    }
    this.#addSums(batch);
    this.#connection.run("commit");
    for (const id of batch.newPrices) this.#stored.add(id);
    return outcomes;
  }

  /** Prune marks, read within the transaction so that a mark set meanwhile counts. */
  #readMarks(): ReadonlyMap<string, number> {
    const rows = this.#connection.all("select organization_id, before from prune_marks");
    return new Map(rows.map((row) => [String(row.organization_id), Number(row.before)]));
  }

  #appendEntry(entry: AppendEntry, batch: Batch): AppendOutcome {
    const { record } = entry;
    const mark = batch.marks.get(record.organization_id);
    if (mark !== undefined && record.timestamp < mark) return beyondRetention(mark);
    const { organization_id, id, content_hash, timestamp } = record;
    const { changes } = this.#insertIdentity.run(organization_id, id, Uint8Array.fromHex(content_hash), timestamp);
    if (changes === 0n || changes === 0) return this.#recognise(entry, batch);
    this.#insertRow(entry, batch);
    return INSERTED;
  }

  #insertRow(entry: AppendEntry, batch: Batch): void {
    const { record, cost } = entry;
    const priceId = cost.amount === null ? null : this.#storePrice(cost.price, batch);
    this.#insertUsage.run(...writeRow(entry, priceId));
    batch.sums.add(record, cost.amount);
  }

  #recognise(entry: AppendEntry, batch: Batch): AppendOutcome {
    const { record } = entry;
    const known = this.#findIdentity.get(record.organization_id, record.id);
    if (known === undefined) throw new Error(`no identity of ${record.id} though it could not be inserted`);
    if (known.deleted_at !== null) return { outcome: "deleted" };
    if (known.content_hash === record.content_hash) return { outcome: "duplicate" };
    if (entry.may_supersede !== true) return { outcome: "conflict" };
    return this.#supersede(entry, { batch, timestamp: known.timestamp as bigint });
  }

  /** A later line of a log with more output is the same call, further on; one with less is an earlier state of it. */
  #supersede(entry: AppendEntry, { batch, timestamp }: { batch: Batch; timestamp: bigint }): AppendOutcome {
    const { organization_id, id, output_tokens } = entry.record;
    const row = this.#superseder.findRow(organization_id, id, timestamp);
    if (row === undefined || row.output_tokens >= BigInt(output_tokens)) return { outcome: "duplicate" };
    // The row may be of this very batch, whose sums must be in the roll-ups to be taken out of them.
    this.#addSums(batch);
    this.#superseder.replace(row, entry.record);
    this.#insertRow(entry, batch);
    return { outcome: "updated" };
  }

  /** Writes what the batch has summed up to here. */
  #addSums(batch: Batch): void {
    ROLLUPS.forEach((rollup, at) => {
      for (const line of batch.sums.lines(rollup)) this.#addLines[at]!.run(...valuesOf(line));
    });
    batch.sums = new RollupSums();
  }

  #storePrice(price: AppliedPrice, batch: Batch): bigint {
    let stored = this.#prices.get(price);
    if (stored === undefined) {
      stored = storePrice(price);
      this.#prices.set(price, stored);
    }
    const { id, body } = stored;
    if (this.#stored.has(id) || batch.newPrices.has(id)) return id;
    this.#connection.run("insert into applied_prices (id, body) values (?, ?) on conflict do nothing", id, body);
    const kept = this.#connection.all("select body from applied_prices where id = ?", id)[0];
    if (kept?.body !== body) throw new Error(`two applied prices have the id ${id}`);
    batch.newPrices.add(id);
    return id;
  }
}

/** What one transaction gathers before it commits. */
interface Batch {
  sums: RollupSums;
  readonly newPrices: Set<bigint>;
  readonly marks: ReadonlyMap<string, number>;
}
