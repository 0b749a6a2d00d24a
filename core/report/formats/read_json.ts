/**
 * A report read back from its JSON, every digit of it.
 */

import { parseUsd } from "../../money.ts";
import type { Cell, Figure, Report, ReportColumn, SideTable } from "../report.ts";

type Type = ReportColumn["type"];

/** A number of the JSON as its text: digits beyond 2^53 stay. */
class Digits {
  constructor(readonly text: string) {}
}

/**
 * Reads what {@link writeJson} wrote. The types of figures and of small tables are told by their names, as they are
 * given there; `tables` are the columns of small tables that may have no row to tell them. Fails with a TypeError or a
 * SyntaxError on anything else.
 */
export function readJsonReport(
  text: string,
  { tables = {} }: { readonly tables?: Readonly<Record<string, readonly ReportColumn[]>> } = {},
): Report {
  const { report, columns, rows, totals, coverage } = JSON.parse(text, keepDigits) as Written;
  return {
    report: readHead(report, tables),
    columns,
    rows: rows.map((row) => columns.map(({ name, type }) => readCell(row[name], type))),
    totals: Object.fromEntries(
      columns.filter(({ name }) => Object.hasOwn(totals, name)).map(({ name, type }) => [
        name,
        readCell(totals[name], type),
      ]),
    ),
    coverage: coverage && {
      priced_records: BigInt(coverage.priced_records!.text),
      unpriced_records: BigInt(coverage.unpriced_records!.text),
      unpriced_tokens: BigInt(coverage.unpriced_tokens!.text),
      ratio: Number(coverage.ratio!.text),
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

/** What stands in the JSON. */
interface Written {
  readonly report: Row;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly Row[];
  readonly totals: Row;
  readonly coverage: Readonly<Record<string, Digits>> | null;
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" ? new Digits(context?.source ?? String(value)) : value;
}

/** What of the head is no table: the rest of it is texts. */
const LISTS = ["group_by", "warnings"];

function readHead(
  { summary, history, ...head }: Row,
  known: Readonly<Record<string, readonly ReportColumn[]>>,
): Report["report"] {
  const isTable = ([name, value]: [string, unknown]) => Array.isArray(value) && !LISTS.includes(name);
  const entries = Object.entries(head);
  const tables = entries.filter(isTable).map(([name, rows]) => [name, readTable(rows as Row[], known[name])]);
  const figures = Object.entries(summary ?? {}).map(([name, value]) => [name, readFigure(name, value)]);
  return {
    ...Object.fromEntries(entries.filter((entry) => !isTable(entry))) as unknown as Report["report"],
    ...(summary === undefined ? {} : { summary: Object.fromEntries(figures) }),
    ...(tables.length === 0 ? {} : { tables: Object.fromEntries(tables) }),
    ...(history === undefined ? {} : { history: readTable(history as Row[], known.history) }),
  };
}

function readTable(rows: readonly Row[], known: readonly ReportColumn[] | undefined): SideTable {
  const columns = known ?? Object.keys(rows[0] ?? {}).map((name) => ({ name, type: typeOf(name) }));
  return { columns, rows: rows.map((row) => columns.map(({ name, type }) => readCell(row[name], type))) };
}

function readFigure(name: string, value: unknown): Figure {
  const type = typeOf(name);
  return { value: readCell(value, type), type };
}

/** Names say what they are: a unit or a kind stands at their end. */
function typeOf(name: string): Type {
  if (name.startsWith("tag:")) return "text";
  const isExpected = /(^|_)(mean|lower|upper|projected)_/.test(name);
  if (name.endsWith("_usd")) return isExpected ? "approximate_usd" : "usd";
  if (isExpected || /(_(percent|score)|(^|_)mase)$/.test(name) || name.startsWith("average_")) return "thousandths";
  if (/_(rate|share|ratio)$/.test(name)) return "ratio";
  if (/(^|_)(tokens|requests|records|groups|periods|origins|anomalies)$/.test(name)) return "integer";
  return /^(hour|day|week|month)$|_(period|since|until)$/.test(name) ? "time" : "text";
}

const DECIMALS: Readonly<Record<Type, number>> = {
  text: 0,
  time: 0,
  integer: 0,
  usd: 9,
  thousandths: 3,
  ratio: 6,
  approximate_usd: 6,
};

function readCell(value: unknown, type: Type): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Digits) return scale(value.text, DECIMALS[type]);
  if (typeof value !== "string") throw new TypeError("a cell is a text, a number or null");
  return type === "usd" ? parseUsd(value) : value;
}

/** `1.5` as thousandths is 1500. */
function scale(text: string, decimals: number): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(`${whole}${fraction.padEnd(decimals, "0")}`);
}
