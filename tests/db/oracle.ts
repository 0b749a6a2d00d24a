/**
 * What the database should answer, worked out the plain way: every row read, every sum made in BigInt.
 */

import fc from "fast-check";
import { type CostRow } from "../../core/analytics/measures.ts";
import type { CostQuery, Dimension } from "../../core/analytics/query.ts";
import { usdFromNanos } from "../../core/money.ts";
import { SERVICE_TIERS } from "../../core/usage/record.ts";
import { OTHER_UNITS, type OtherUnitName, type TokenColumn, type Unit } from "../../core/usage/units.ts";
import type { AppendEntry } from "../../db/append.ts";
import type { Database } from "../../db/database.ts";
import type { UsageRow } from "../../db/usage.ts";
import { makeCost, makeEntry, makePrice, UNPRICED } from "./records.ts";

/** Every row of the usage table. */
export function readRows(database: Database): Promise<UsageRow[]> {
  return database.reader.selectFrom("usage").selectAll().execute();
}

/** Nine sums: requests, records, the four token columns, nano-dollars, unpriced records and their tokens. */
export type Sums = bigint[];

/** What one row adds to the sums. */
export function sumsOf(row: UsageRow): Sums {
  const counts: Record<TokenColumn, bigint> = {
    input_tokens: row.input_tokens,
    cache_read_tokens: row.cache_read_tokens,
    cache_write_tokens: row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    output_tokens: row.output_tokens,
  };
  for (const [name, count] of Object.entries(unitsOf(row))) {
    const { column }: Unit = OTHER_UNITS[name as OtherUnitName];
    if (column !== undefined) counts[column] += BigInt(count);
  }
  const tokens = [counts.input_tokens, counts.cache_read_tokens, counts.cache_write_tokens, counts.output_tokens];
  const total = tokens.reduce((sum, count) => sum + count, 0n);
  const isUnpriced = row.cost_nanos === null;
  return [
    BigInt(unitsOf(row).requests ?? 1),
    1n,
    ...tokens,
    row.cost_nanos ?? 0n,
    isUnpriced ? 1n : 0n,
    isUnpriced ? total : 0n,
  ];
}

/** Compares each roll-up with the fold of the rows; what differs, in words. */
export async function findRollupFaults(database: Database): Promise<string[]> {
  const rows = await readRows(database);
  const faults: string[] = [];
  for (const [table, width, user] of ROLLUPS) {
    const wanted = new Map<string, string>();
    const keyOf = (row: UsageRow) =>
      [
        row.organization_id,
        row.timestamp - row.timestamp % width,
        row.provider,
        row.model,
        row.project,
        row.environment,
        row.service_tier,
        ...(user ? [row.user_id] : []),
      ].join("|");
    for (const [key, sums] of foldRows(rows, keyOf)) wanted.set(key, sums.join());
    const stored = new Map<string, string>();
    for (const row of await database.reader.selectFrom(table).selectAll().execute()) {
      const values = Object.values(row).map(String);
      stored.set(values.slice(0, -9).join("|"), values.slice(-9).join());
    }
    for (const key of new Set([...wanted.keys(), ...stored.keys()])) {
      if (wanted.get(key) !== stored.get(key)) {
        faults.push(`${table} ${key}: rows ${wanted.get(key)}, stored ${stored.get(key)}`);
      }
    }
  }
  return faults;
}

const ROLLUPS = [
  ["usage_by_quarter_hour", 900_000n, false],
  ["usage_by_day", 86_400_000n, false],
  ["usage_by_day_and_user", 86_400_000n, true],
] as const;

/** Answers a query from rows. */
export function foldQuery(rows: readonly UsageRow[], query: CostQuery): CostRow[] {
  const answer: CostRow[] = [];
  query.buckets.forEach(({ since, until }, bucket) => {
    const taken = rows.filter((row) =>
      row.organization_id === query.organization_id && row.timestamp >= since && row.timestamp < until &&
      [...query.filter].every(([dimension, values]) => values.includes(valueOf(row, dimension)))
    );
    const groups = Map.groupBy(
      taken,
      (row) => JSON.stringify(query.group_by.map((dimension) => valueOf(row, dimension) || null)),
    );
    for (const [key, group] of groups) {
      const [requests, records, input, read, write, output, cost, unpriced, unpricedTokens] = addSums(
        group.map(sumsOf),
      );
      answer.push({
        bucket,
        dimensions: JSON.parse(key),
        measures: {
          requests: requests!,
          records: records!,
          input_tokens: input!,
          cache_read_tokens: read!,
          cache_write_tokens: write!,
          output_tokens: output!,
          cost: usdFromNanos(cost!),
          unpriced_records: unpriced!,
          unpriced_tokens: unpricedTokens!,
        },
        units: Object.fromEntries(
          query.units.map((name) => [name, group.reduce((sum, row) => sum + BigInt(unitsOf(row)[name] ?? 0), 0n)]),
        ),
      });
    }
  });
  return sortRows(answer);
}

/** Puts rows in an order of their own, since an answer of the database has none. */
export function sortRows(rows: readonly CostRow[]): CostRow[] {
  const keyOf = (row: CostRow) => JSON.stringify([row.bucket, row.dimensions]);
  return [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function valueOf(row: UsageRow, dimension: Dimension): string {
  if (dimension === "user") return row.user_id;
  if (dimension.startsWith("tag:")) {
    const tags: Record<string, string> = row.tags === null ? {} : JSON.parse(row.tags);
    const key = dimension.slice("tag:".length);
    return Object.hasOwn(tags, key) ? tags[key]! : "";
  }
  return row[dimension as Exclude<Dimension, "user" | `tag:${string}`>];
}

function unitsOf(row: UsageRow): Record<string, number> {
  return row.units === null ? {} : JSON.parse(row.units);
}

function foldRows(rows: readonly UsageRow[], keyOf: (row: UsageRow) => string): Map<string, Sums> {
  const groups = Map.groupBy(rows, keyOf);
  return new Map([...groups].map(([key, group]) => [key, addSums(group.map(sumsOf))]));
}

function addSums(all: readonly Sums[]): Sums {
  return all.reduce((sum, next) => sum.map((value, at) => value + next[at]!), Array<bigint>(9).fill(0n));
}

/** Random entries around the instants that are hard: days' ends, quarter-hours' ends, changes of clocks. */
export function usageRecords(
  { least = 1, most }: { readonly least?: number; readonly most: number },
): fc.Arbitrary<{ id: string; entry: AppendEntry }[]> {
  return fc.array(usageEntry(), { minLength: least, maxLength: most })
    .map((entries) => entries.map((entry, at) => ({ id: String(at), entry })));
}

const HARD_INSTANTS = [
  Date.UTC(2026, 2, 29, 1), // Berlin's clocks go forward
  Date.UTC(2026, 9, 25, 1), // Berlin's clocks go back
  Date.UTC(2026, 2, 8, 5, 30), // St. John's clocks go forward
  Date.UTC(2026, 2, 29),
  Date.UTC(2026, 2, 30),
  Date.UTC(2026, 2, 28, 22),
  Date.UTC(2026, 9, 25, 23),
  Date.UTC(2026, 2, 28, 18, 30), // a day's start in Kolkata
  Date.UTC(2026, 2, 28, 18, 15), // a day's start in Kathmandu
];

function instant(): fc.Arbitrary<number> {
  return fc.tuple(
    fc.constantFrom(...HARD_INSTANTS),
    fc.constantFrom(0, -1, 1, -900_000, 900_000, 3_600_000, -86_400_000),
    fc.integer({ min: -2, max: 2 }),
  ).map(([at, far, near]) => at + far + near);
}

function usageEntry(): fc.Arbitrary<AppendEntry> {
  const name = (...values: string[]) => fc.constantFrom(null, ...values);
  const count = fc.oneof(fc.nat(1_000), fc.constantFrom(0, 100_000_000_000));
  const output = fc.nat(5_000);
  const fields = fc.record({
    organization_id: fc.constantFrom("default", "default", "default", "other"),
    timestamp: instant(),
    provider: fc.constantFrom("openai", "anthropic"),
    model: fc.constantFrom("gpt-5", "claude", "Ünïcode"),
    service_tier: fc.constantFrom(...SERVICE_TIERS.slice(0, 2)),
    project: name("p", "P", "q"),
    user: name("ann", "O'Brien"),
    environment: name("prod"),
    operation: name("chat", "embedding"),
    session: name("s1"),
    tags: fc.constantFrom<Record<string, string> | null>(null, {}, { team: "a" }, { team: "" }, {
      team: "b",
      "a.b": "dot",
    }, { other: "a" }),
    input_tokens: count,
    cache_read_tokens: count,
    cache_write_5m_tokens: count,
    cache_write_1h_tokens: count,
    output_tokens: output,
    units: fc.constantFrom(null, { web_searches: 3 }, { requests: 250 }, { seconds: 1_500, audio_input_tokens: 9 }, {
      video_output_tokens: 7,
      cache_image_write_tokens: 1,
    }),
  });
  const cost = fc.oneof(
    fc.constant(UNPRICED),
    fc.tuple(fc.bigInt(0n, 10_000_000_000_000n), fc.constantFrom(makePrice("a"), makePrice("b")))
      .map(([nanos, price]) => makeCost(nanos, price)),
  );
  return fc.tuple(fields, cost).map(([overrides, cost]) => makeEntry(overrides, cost));
}
