/**
 * Roll-ups: sums of usage by quarter-hour and by day, kept in the same transaction as the rows they sum.
 */

import type { UsageRecord } from "../core/usage/record.ts";
import { OTHER_UNITS, type OtherUnitName, type OtherUnits, type TokenColumn, type Unit } from "../core/usage/units.ts";

/** A quarter of an hour in milliseconds. */
export const QUARTER_HOUR_MS = 900_000;
/** A UTC day in milliseconds. */
export const DAY_MS = 86_400_000;

/** A roll-up table: how wide its time buckets are, and whether it has the user. */
export interface Rollup {
  readonly table: "usage_by_quarter_hour" | "usage_by_day" | "usage_by_day_and_user";
  readonly width_ms: number;
  readonly has_user: boolean;
}

/** Every roll-up. */
export const ROLLUPS: readonly Rollup[] = [
  { table: "usage_by_quarter_hour", width_ms: QUARTER_HOUR_MS, has_user: false },
  { table: "usage_by_day", width_ms: DAY_MS, has_user: false },
  { table: "usage_by_day_and_user", width_ms: DAY_MS, has_user: true },
];

/** The dimensions of every roll-up, in the order of its key; the user comes after them where there is one. */
export const ROLLUP_DIMENSIONS = ["provider", "model", "project", "environment", "service_tier"] as const;

/** The sums of every roll-up, in the order of its columns. */
export const ROLLUP_MEASURES = [
  "requests",
  "records",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "cost_nanos",
  "unpriced_records",
  "unpriced_tokens",
] as const;

/** What one record, or the removal of one, does to the roll-ups; '' stands for a missing dimension. */
export interface RollupChange {
  readonly organization_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
  readonly provider: string;
  readonly model: string;
  readonly project: string;
  readonly environment: string;
  readonly service_tier: string;
  readonly user_id: string;
  readonly requests: bigint;
  readonly records: bigint;
  readonly input_tokens: bigint;
  readonly cache_read_tokens: bigint;
  readonly cache_write_tokens: bigint;
  readonly output_tokens: bigint;
  readonly cost_nanos: bigint;
  readonly unpriced_records: bigint;
  readonly unpriced_tokens: bigint;
}

/** Tokens of the rarer units by the column they count in. */
export type ModalTokens = { readonly [Column in TokenColumn]: number };

const NO_MODAL_TOKENS: ModalTokens = { input_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, output_tokens: 0 };

/** Adds up the tokens of the rarer units by the column they count in. */
export function sumModalTokens(units: OtherUnits | null): ModalTokens {
  if (units === null) return NO_MODAL_TOKENS;
  const sums = { ...NO_MODAL_TOKENS };
  for (const name in units) {
    const { column }: Unit = OTHER_UNITS[name as OtherUnitName];
    if (column !== undefined) sums[column] += units[name as OtherUnitName] ?? 0;
  }
  return sums;
}

/** A line as values: its key and its sums, in the order of the table's columns. */
export type RollupValues = readonly (string | number | bigint)[];

/** One line of a roll-up to be added. */
export interface RollupLine {
  /** What its key has before time and user, as one text. */
  readonly group: string;
  /** Its time, and its user where the roll-up has users, as one text then. */
  readonly place: number | string;
  readonly key: readonly (string | number)[];
  readonly sums: number[];
  cost_nanos: bigint;
}

/** The lines of all roll-ups that share what their keys have before time and user. */
interface LineGroup {
  readonly name: string;
  /** By place, for each roll-up. */
  readonly lines: readonly Map<number | string, RollupLine>[];
  /** Lines that hold no more; what comes after them is a line of the same key. */
  readonly full: readonly RollupLine[][];
}

const COST_AT = ROLLUP_MEASURES.indexOf("cost_nanos");

/** One record more, and a line's sums are still whole numbers that a double holds, and a cost of 63 bits. */
const FULL_TOKENS = 2 ** 52;
const FULL_NANOS = 2n ** 62n;

/** Sums records of one batch by roll-up line, so that each line is written once. */
export class RollupSums {
  readonly #groups = new Map<string, LineGroup>();

  /** Adds one new record. */
  add(record: UsageRecord, cost_nanos: bigint | null): void {
    const modal = sumModalTokens(record.units);
    const input = record.input_tokens + modal.input_tokens;
    const cacheRead = record.cache_read_tokens + modal.cache_read_tokens;
    const cacheWrite = record.cache_write_5m_tokens + record.cache_write_1h_tokens + modal.cache_write_tokens;
    const output = record.output_tokens + modal.output_tokens;
    const isUnpriced = cost_nanos === null ? 1 : 0;
    const group = this.#findGroup(record);
    for (let at = 0; at < ROLLUPS.length; at++) {
      const line = findLine(group, { at, record });
      const { sums } = line;
      sums[0]! += record.units?.requests ?? 1;
      sums[1]! += 1;
      sums[2]! += input;
      sums[3]! += cacheRead;
      sums[4]! += cacheWrite;
      sums[5]! += output;
      if (cost_nanos !== null) line.cost_nanos += cost_nanos;
      sums[7]! += isUnpriced;
      sums[8]! += isUnpriced * (input + cacheRead + cacheWrite + output);
    }
  }

  /** The lines of a roll-up, in the order of their keys, so that two writers never wait for each other in a circle. */
  lines(rollup: Rollup): RollupLine[] {
    const at = ROLLUPS.indexOf(rollup);
    const groups = [...this.#groups.values()].sort((one, other) => compare(one.name, other.name));
    return groups.flatMap(({ lines, full }) =>
      [...full[at]!, ...lines[at]!.values()].sort((one, other) => compare(one.place, other.place))
    );
  }

  #findGroup({ organization_id, provider, model, project, environment, service_tier }: UsageRecord): LineGroup {
    const name = `${organization_id}\0${provider}\0${model}\0${project ?? ""}\0${environment ?? ""}\0${service_tier}\0`;
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { name, lines: ROLLUPS.map(() => new Map()), full: ROLLUPS.map(() => []) };
      this.#groups.set(name, group);
    }
    return group;
  }
}

/** A line's key and its sums, in the order of the table's columns. */
export function valuesOf({ key, sums, cost_nanos }: RollupLine): RollupValues {
  const values: (string | number | bigint)[] = key.concat(sums);
  values[key.length + COST_AT] = cost_nanos;
  return values;
}

function findLine(group: LineGroup, { at, record }: { at: number; record: UsageRecord }): RollupLine {
  const { width_ms, has_user } = ROLLUPS[at]!;
  const start = record.timestamp - (record.timestamp % width_ms);
  const place = has_user ? `${start}\0${record.user ?? ""}` : start;
  const lines = group.lines[at]!;
  const known = lines.get(place);
  if (known !== undefined && !isFull(known)) return known;
  if (known !== undefined) group.full[at]!.push(known);
  const { organization_id, provider, model, project, environment, service_tier } = record;
  const key = [organization_id, start, provider, model, project ?? "", environment ?? "", service_tier];
  if (has_user) key.push(record.user ?? "");
  const line = { group: group.name, place, key, sums: ROLLUP_MEASURES.map(() => 0), cost_nanos: 0n };
  lines.set(place, line);
  return line;
}

function compare(one: number | string, other: number | string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function isFull({ sums, cost_nanos }: RollupLine): boolean {
  return sums[0]! + sums[2]! + sums[3]! + sums[4]! + sums[5]! > FULL_TOKENS || cost_nanos > FULL_NANOS;
}

/** The statement that adds one line to a roll-up, with plain `?` for its key and its sums. */
export function addLineSql(rollup: Rollup): string {
  const columns = columnsOf(rollup);
  return `insert into ${rollup.table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})
    ${addToLine(rollup)}`;
}

/** The statement that adds many lines to a roll-up on Postgres, each once: one array a column, in their order. */
export function addLinesSql(rollup: Rollup): string {
  const columns = columnsOf(rollup);
  const types = columns.map((name) => (isWhole(name) ? "bigint[]" : "text[]"));
  return `insert into ${rollup.table} (${columns.join(", ")})
    select * from unnest(${types.map((type, at) => `$${at + 1}::${type}`).join(", ")})
    ${addToLine(rollup)}`;
}

function addToLine(rollup: Rollup): string {
  const { table } = rollup;
  const sums = ROLLUP_MEASURES.map((name) => `${name} = ${table}.${name} + excluded.${name}`);
  return `on conflict (${keysOf(rollup).join(", ")}) do update set ${sums.join(", ")}`;
}

/** The columns of a roll-up, in the order of {@link RollupValues}. */
export function columnsOf(rollup: Rollup): string[] {
  return [...keysOf(rollup), ...ROLLUP_MEASURES];
}

/** The primary key of a roll-up, in order. */
export function keysOf({ has_user }: Rollup): string[] {
  return ["organization_id", "start", ...ROLLUP_DIMENSIONS, ...(has_user ? ["user_id"] : [])];
}

function isWhole(name: string): boolean {
  return name === "start" || (ROLLUP_MEASURES as readonly string[]).includes(name);
}
