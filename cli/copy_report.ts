/**
 * The proof of a copy, for people and as JSON.
 */

import { writeExact } from "../core/report/cell.ts";
import { displayCell, NOTHING } from "../core/report/display.ts";
import { writeJsonCell } from "../core/report/formats/json.ts";
import type { CopyProof } from "../db/copy_proof.ts";
import type { MonthProof, MonthTotals, Totals } from "../db/copy_totals.ts";
import { writeGrid } from "./grid.ts";
import { showControls } from "./terminal.ts";

/** Digits of a SHA-256 that people compare; JSON has all. */
const SHOWN_DIGITS = 16;

/** Writes the proof as two tables and what follows from them. */
export function writeCopyProof(proof: CopyProof): string {
  const tables = proof.tables.map(({ table, source, target, is_same }) => [
    table,
    displayCell(BigInt(source.rows), "integer"),
    displayCell(BigInt(target.rows), "integer"),
    source.sha256.slice(0, SHOWN_DIGITS),
    target.sha256.slice(0, SHOWN_DIGITS),
    is_same ? "same" : "DIFFERENT",
  ]);
  const header = ["table", "source rows", "target rows", "source SHA-256", "target SHA-256", ""];
  return [
    writeGrid(header, tables, ["left", "right", "right", "left", "left", "left"]),
    writeMonths(proof.months),
    `${conclude(proof).join("\n")}\n`,
  ].join("\n");
}

/** A line for each month of a model; where the sides differ, one for each side. */
function writeMonths(months: readonly MonthProof[]): string {
  const lines = months.flatMap(({ month, provider, model, source, target, is_same, is_sound }) => {
    const verdict = [is_same ? "same" : "DIFFERENT", is_sound ? "agree" : "DISAGREE"];
    const line = (totals: MonthTotals, side: string) => [month, provider, model, ...cells(totals), side];
    if (is_same) return [[...line(target, "both"), ...verdict]];
    return [[...line(source, "source"), ...verdict], [...line(target, "target"), ...verdict]];
  });
  const header = [
    "month",
    "provider",
    "model",
    "records",
    "with rows",
    "tokens",
    "cost_usd",
    "side",
    "",
    "rows, roll-ups",
  ];
  const right = "right" as const;
  return writeGrid(header, lines, ["left", "left", "left", right, right, right, right, "left", "left", "left"]);
}

function cells({ rows, rollups }: MonthTotals): string[] {
  const all = rollups.usage_by_day!;
  const tokens = all.input_tokens + all.cache_read_tokens + all.cache_write_tokens + all.output_tokens;
  const counts = [all.records, rows.records, tokens].map((count) => displayCell(count, "integer"));
  // Nothing is known of what has no price; a cost of 0 would say something.
  const isUnpriced = all.records > 0n && all.unpriced_records === all.records;
  return [...counts, isUnpriced ? NOTHING : writeExact(all.cost_nanos, "usd")];
}

function conclude({ is_same, is_sound, audit_faults }: CopyProof): string[] {
  return [
    is_same ? "Both hold the same, row by row." : "They do not hold the same.",
    ...(audit_faults.length === 0
      ? ["The audit log of the target is whole."]
      : audit_faults.map((fault) => `The audit log of the target is not whole: ${showControls(fault)}`)),
    ...(is_same && !is_sound ? ["It was not sound in the source either; see costops db doctor."] : []),
  ];
}

/** Writes the proof with all its digits: amounts as decimal strings, other totals as numbers. */
export function writeCopyProofJson({ is_same, is_sound, audit_faults, tables, months }: CopyProof): string {
  const fields = [
    `"is_same": ${is_same}`,
    `"is_sound": ${is_sound}`,
    `"audit_faults": ${JSON.stringify(audit_faults)}`,
    `"tables": ${writeList(tables.map((table) => JSON.stringify(table)))}`,
    `"months": ${writeList(months.map(writeMonth))}`,
  ];
  return `{\n  ${fields.join(",\n  ")}\n}\n`;
}

function writeMonth({ source, target, ...month }: MonthProof): string {
  const head = JSON.stringify(month).slice(0, -1);
  return `${head},"source":${writeSide(source)},"target":${writeSide(target)}}`;
}

function writeSide({ rows, rollups, rollups_with_rows }: MonthTotals): string {
  const each = (totals: MonthTotals["rollups"]) =>
    `{${Object.entries(totals).map(([table, sums]) => `"${table}":${writeTotals(sums)}`).join(",")}}`;
  return `{"rows":${writeTotals(rows)},"rollups":${each(rollups)},"rollups_with_rows":${each(rollups_with_rows)}}`;
}

function writeTotals({ cost_nanos, ...counts }: Totals): string {
  const written = Object.entries(counts).map(([name, count]) => `"${name}":${writeJsonCell(count, "integer")}`);
  return `{${[...written, `"cost_usd":${writeJsonCell(cost_nanos, "usd")}`].join(",")}}`;
}

function writeList(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n    ${items.join(",\n    ")}\n  ]`;
}
