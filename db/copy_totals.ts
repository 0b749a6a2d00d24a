/**
 * Totals of each month and model, from rows and from roll-ups, on both sides of a copy.
 */

import type { StoredRow } from "./copy_rows.ts";
import { ROLLUP_MEASURES, ROLLUPS } from "./rollups.ts";
import { toRollupChange, type UsageRow } from "./usage.ts";

/** Sums of what is measured. */
export type Totals = { readonly [Measure in (typeof ROLLUP_MEASURES)[number]]: bigint };

/** The totals of a month of one model on one side. */
export interface MonthTotals {
  /** Of the rows. */
  readonly rows: Totals;
  /** Of each roll-up, by its table: everything that ever was, rows that retention has dropped included. */
  readonly rollups: Readonly<Record<string, Totals>>;
  /** Of each roll-up, by its table: only lines that have their rows. */
  readonly rollups_with_rows: Readonly<Record<string, Totals>>;
}

/** A month of one model on both sides. */
export interface MonthProof {
  /** `2026-01`, in UTC. */
  readonly month: string;
  readonly provider: string;
  readonly model: string;
  readonly source: MonthTotals;
  readonly target: MonthTotals;
  readonly is_same: boolean;
  /** Whether, in the target, the roll-ups agree with each other and with the rows. */
  readonly is_sound: boolean;
}

/** The totals of one side, by month, provider and model as JSON. */
export type SideTotals = Map<string, GrowingTotals>;

type Growing = { -readonly [Measure in keyof Totals]: bigint };

interface GrowingTotals {
  readonly rows: Growing;
  readonly rollups: Record<string, Growing>;
  readonly rollups_with_rows: Record<string, Growing>;
}

interface Side {
  readonly totals: SideTotals;
  /** Instants by organization; rows from before are gone. */
  readonly marks: ReadonlyMap<string, bigint>;
}

/** What adds a row of this table to a side's totals; undefined when the table has none. */
export function addTotals(table: string, { totals, marks }: Side): ((row: StoredRow) => void) | undefined {
  if (table === "usage") {
    return (row) => {
      const change = toRollupChange(row as unknown as UsageRow, 1n);
      add(findTotals(totals, { ...change, instant: change.timestamp }).rows, change);
    };
  }
  if (!ROLLUPS.some((rollup) => rollup.table === table)) return undefined;
  return (row) => {
    const line = row as unknown as Totals & { organization_id: string; start: bigint; provider: string; model: string };
    const month = findTotals(totals, { ...line, instant: Number(line.start) });
    add(month.rollups[table]!, line);
    if (line.start >= (marks.get(line.organization_id) ?? 0n)) add(month.rollups_with_rows[table]!, line);
  };
}

/** Compares two sides, month by month. */
export function compareTotals(source: SideTotals, target: SideTotals): MonthProof[] {
  const keys = [...new Set([...source.keys(), ...target.keys()])].sort();
  return keys.map((key) => {
    const [month, provider, model]: [string, string, string] = JSON.parse(key);
    const sides = { source: source.get(key) ?? noTotals(), target: target.get(key) ?? noTotals() };
    const is_same = write(sides.source) === write(sides.target);
    return { month, provider, model, ...sides, is_same, is_sound: isSound(sides.target) };
  });
}

function isSound({ rows, rollups, rollups_with_rows }: MonthTotals): boolean {
  const whole = write(Object.values(rollups)[0]);
  return Object.values(rollups).every((totals) => write(totals) === whole) &&
    Object.values(rollups_with_rows).every((totals) => write(totals) === write(rows));
}

interface Place {
  readonly instant: number;
  readonly provider: string;
  readonly model: string;
}

function findTotals(totals: SideTotals, { instant, provider, model }: Place): GrowingTotals {
  const key = JSON.stringify([new Date(instant).toISOString().slice(0, 7), provider, model]);
  const known = totals.get(key);
  if (known !== undefined) return known;
  const made = noTotals();
  totals.set(key, made);
  return made;
}

function add(totals: Growing, more: Totals): void {
  for (const measure of ROLLUP_MEASURES) totals[measure] += more[measure];
}

function noTotals(): GrowingTotals {
  const none = () => Object.fromEntries(ROLLUP_MEASURES.map((measure) => [measure, 0n])) as Growing;
  const ofRollups = () => Object.fromEntries(ROLLUPS.map(({ table }) => [table, none()]));
  return { rows: none(), rollups: ofRollups(), rollups_with_rows: ofRollups() };
}

function write(value: unknown): string {
  return JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part);
}
