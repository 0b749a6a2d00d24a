/**
 * The proof that two databases hold the same: every table's rows byte for byte, and the totals of each month and model,
 * worked out on both sides from what is stored there.
 */

import { createHash } from "node:crypto";
import { verifyAudit } from "./audit.ts";
import type { CopyPair, OnRows } from "./copy.ts";
import { type StoredRow, walkRows } from "./copy_rows.ts";
import { COPIED_TABLES, type CopiedTable } from "./copy_tables.ts";
import { addTotals, compareTotals, type MonthProof, type SideTotals } from "./copy_totals.ts";
import type { Database } from "./database.ts";

/** What two databases hold. */
export interface CopyProof {
  readonly tables: readonly TableProof[];
  /** By month, provider and model. */
  readonly months: readonly MonthProof[];
  /** What is wrong with the audit chain of the target, in words. */
  readonly audit_faults: readonly string[];
  /** Whether both hold the same in every table. */
  readonly is_same: boolean;
  /** Whether the rows and the roll-ups of the target agree, and its audit chain is whole. */
  readonly is_sound: boolean;
}

/** One table on both sides. */
export interface TableProof {
  readonly table: string;
  readonly source: TableDigest;
  readonly target: TableDigest;
  readonly is_same: boolean;
}

/** What a table holds. */
export interface TableDigest {
  readonly rows: number;
  /**
   * SHA-256, 64 hex digits, of its rows in the order of their keys: each the JSON array of its values in the order of the
   * columns, whole numbers as text in decimal, bytes as text in hex, and a line feed.
   */
  readonly sha256: string;
}

/** Reads both sides from the first row to the last; in constant memory. Tells of rows that were read, of both. */
export async function proveCopy({ source, target }: CopyPair, onRows: OnRows): Promise<CopyProof> {
  let read = 0;
  const count = (rows: number) => onRows(read += rows);
  const [sourceTotals, targetTotals]: [SideTotals, SideTotals] = [new Map(), new Map()];
  const [sourceMarks, targetMarks] = [await readMarks(source), await readMarks(target)];
  const tables: TableProof[] = [];
  for (const table of COPIED_TABLES) {
    const [ofSource, ofTarget] = await Promise.all([
      digest(source, table, { count, onRow: addTotals(table.name, { totals: sourceTotals, marks: sourceMarks }) }),
      digest(target, table, { count, onRow: addTotals(table.name, { totals: targetTotals, marks: targetMarks }) }),
    ]);
    const is_same = ofSource.rows === ofTarget.rows && ofSource.sha256 === ofTarget.sha256;
    tables.push({ table: table.name, source: ofSource, target: ofTarget, is_same });
  }
  const months = compareTotals(sourceTotals, targetTotals);
  const audit_faults = await verifyAudit(target);
  return {
    tables,
    months,
    audit_faults,
    is_same: tables.every(({ is_same }) => is_same) && months.every(({ is_same }) => is_same),
    is_sound: months.every(({ is_sound }) => is_sound) && audit_faults.length === 0,
  };
}

interface Reading {
  readonly count: (rows: number) => void;
  readonly onRow: ((row: StoredRow) => void) | undefined;
}

async function digest(database: Database, table: CopiedTable, { count, onRow }: Reading): Promise<TableDigest> {
  const hash = createHash("sha256");
  let rows = 0;
  for await (const page of walkRows(database, table)) {
    hash.update(page.map(writeRow).join(""));
    if (onRow !== undefined) page.forEach(onRow);
    rows += page.length;
    count(page.length);
  }
  return { rows, sha256: hash.digest("hex") };
}

function writeRow(row: StoredRow): string {
  const values = Object.values(row).map((value) =>
    typeof value === "bigint" ? String(value) : value instanceof Uint8Array ? value.toHex() : value
  );
  return `${JSON.stringify(values)}\n`;
}

async function readMarks({ scanner }: Database): Promise<ReadonlyMap<string, bigint>> {
  const rows = await scanner.selectFrom("prune_marks").selectAll().execute();
  return new Map(rows.map(({ organization_id, before }) => [organization_id, before]));
}
