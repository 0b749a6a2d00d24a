/**
 * Costs and usage, grouped: from the coarsest roll-up that has the answer, and from rows where none has.
 */

import { type RawBuilder, sql } from "kysely";
import { mergeRows } from "../core/analytics/fold.ts";
import type { CostRow } from "../core/analytics/measures.ts";
import { cutRange, type Grain, type Piece } from "../core/analytics/pieces.ts";
import type { CostQuery, Dimension, TimeBucket } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { usdFromNanos } from "../core/money.ts";
import type { OtherUnitName } from "../core/usage/units.ts";
import type { Database, Queries } from "./database.ts";
import { checkRetention, findMissing } from "./retention.ts";
import { ROLLUP_DIMENSIONS, ROLLUP_MEASURES } from "./rollups.ts";

/** Pieces of one statement; three parameters each, far below SQLite's 32,766 and Postgres' 65,535. */
export const PIECES = 500;

/**
 * Answers a query with one row for each time bucket and group that has records, exactly as the rows add up.
 * Fails with `too_large` beyond LIMITS.query_rows rows, and with `beyond_retention` when rows that it needs are gone.
 */
export function readCosts(database: Database, query: CostQuery): Promise<CostRow[]> {
  return inSnapshot(database, (queries) => readCostsIn(queries, query));
}

/** Runs work that reads, all of it at one moment: what is committed meanwhile is in all of its answers or in none. */
export function inSnapshot<Result>(
  { scanner }: Pick<Database, "scanner">,
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  return scanner.transaction().setIsolationLevel("repeatable read").execute(work);
}

/** {@link readCosts} as one of several queries in a snapshot. */
export async function readCostsIn(queries: Queries, query: CostQuery): Promise<CostRow[]> {
  const pieces = piecesOf(query);
  await checkRetention(queries, query, pieces);
  return await readAll(queries, { query, pieces });
}

/** The time buckets of a query that can be answered: all, or those from after what retention has dropped. */
export async function keepAnswerable(queries: Queries, query: CostQuery): Promise<readonly TimeBucket[]> {
  const mark = await findMissing(queries, query, piecesOf(query));
  return mark === undefined ? query.buckets : query.buckets.filter(({ since }) => since >= mark);
}

/** Reads all rows at once, within a transaction. */
export async function readAll(
  queries: Queries,
  { query, pieces }: { readonly query: CostQuery; readonly pieces: readonly BucketPiece[] },
): Promise<CostRow[]> {
  const parts: CostRow[] = [];
  for (const grain of ["day", "quarter_hour", "record"] as const) {
    const ofGrain = pieces.filter((piece) => piece.grain === grain);
    for (let at = 0; at < ofGrain.length; at += PIECES) {
      parts.push(...await readPieces(queries, { query, grain, pieces: ofGrain.slice(at, at + PIECES) }));
      if (parts.length > LIMITS.query_rows * 3) throw tooManyRows();
    }
  }
  const rows = mergeRows(parts);
  if (rows.length > LIMITS.query_rows) throw tooManyRows();
  return rows;
}

function tooManyRows(): CostopsError {
  return new CostopsError(
    "too_large",
    `Cannot answer with more than ${LIMITS.query_rows} rows: group by less, filter, or ask for a shorter period`,
  );
}

/** The pieces of a query's time buckets, in the order of time. */
export function piecesOf(query: CostQuery): BucketPiece[] {
  const grains = grainsFor(query);
  return query.buckets.flatMap((range, bucket) => cutRange(range, grains).map((piece) => ({ ...piece, bucket })));
}

/** Which roll-ups have every dimension that the query groups or filters by. */
function grainsFor(query: CostQuery): Grain[] {
  if (query.units.length > 0) return ["record"];
  const used = new Set<Dimension>([...query.group_by, ...query.filter.keys()]);
  let needsUser = false;
  for (const dimension of used) {
    if (dimension === "user") needsUser = true;
    else if (!(ROLLUP_DIMENSIONS as readonly string[]).includes(dimension)) return ["record"];
  }
  return needsUser ? ["day", "record"] : ["day", "quarter_hour", "record"];
}

/** A piece and the time bucket it is of. */
export interface BucketPiece extends Piece {
  readonly bucket: number;
}

/** What one statement answers. */
export interface Part {
  readonly query: CostQuery;
  readonly grain: Grain;
  readonly pieces: readonly BucketPiece[];
}

/** The measures of one row of the usage table. */
export const RECORD_MEASURES: Readonly<Record<(typeof ROLLUP_MEASURES)[number], RawBuilder<unknown>>> = {
  requests: sql`cast(coalesce(t.units ->> 'requests', '1') as bigint)`,
  records: sql`1`,
  input_tokens: sql`t.input_tokens + t.modal_input_tokens`,
  cache_read_tokens: sql`t.cache_read_tokens + t.modal_cache_read_tokens`,
  cache_write_tokens: sql`t.cache_write_5m_tokens + t.cache_write_1h_tokens + t.modal_cache_write_tokens`,
  output_tokens: sql`t.output_tokens + t.modal_output_tokens`,
  cost_nanos: sql`coalesce(t.cost_nanos, 0)`,
  unpriced_records: sql`case when t.cost_nanos is null then 1 else 0 end`,
  unpriced_tokens: sql`case when t.cost_nanos is null then
    t.input_tokens + t.modal_input_tokens + t.cache_read_tokens + t.modal_cache_read_tokens + t.cache_write_5m_tokens
    + t.cache_write_1h_tokens + t.modal_cache_write_tokens + t.output_tokens + t.modal_output_tokens else 0 end`,
};

async function readPieces(queries: Queries, part: Part): Promise<CostRow[]> {
  const { rows } = await sql<Record<string, unknown>>`${selectGroups(part)} limit ${LIMITS.query_rows + 1}`
    .execute(queries);
  return rows.map((row) => toCostRow(row, part.query));
}

/** The groups of pieces of one grain: columns `bucket`, `group_N` ('' for none), the measures, and `unit_N`. */
export function selectGroups({ query, grain, pieces }: Part): RawBuilder<unknown> {
  const isRecord = grain === "record";
  const needsUser = query.group_by.includes("user") || query.filter.has("user");
  const table = isRecord
    ? "usage"
    : grain === "quarter_hour"
    ? "usage_by_quarter_hour"
    : needsUser
    ? "usage_by_day_and_user"
    : "usage_by_day";
  const time = isRecord ? sql`t.timestamp` : sql`t.start`;
  const measures = ROLLUP_MEASURES.map((name) =>
    sql`cast(sum(${isRecord ? RECORD_MEASURES[name] : sql`t.${sql.ref(name)}`}) as bigint) as ${sql.ref(name)}`
  );
  const units = query.units.map((name, at) =>
    sql`cast(sum(cast(coalesce(t.units ->> ${sql.lit(name)}, '0') as bigint)) as bigint) as ${sql.ref(`unit_${at}`)}`
  );
  const groups = query.group_by.map((dimension, at) => sql`${groupOf(dimension)} as ${sql.ref(`group_${at}`)}`);
  const conditions = [...query.filter].map(([dimension, values]) =>
    sql`${columnOf(dimension)} in (${sql.join(values)})`
  );
  // Cast once, so that both databases know the type of a list of parameters. The order of the join is the order of time.
  const list = pieces.map(({ bucket, since, until }) =>
    sql`(cast(${bucket} as bigint), cast(${since} as bigint), cast(${until} as bigint))`
  );
  return sql`
    with pieces (bucket, since, until) as (values ${sql.join(list)})
    select ${sql.join([sql`p.bucket as bucket`, ...groups, ...measures, ...units])}
    from pieces as p cross join ${sql.table(table)} as t
    where ${
    sql.join([
      sql`t.organization_id = ${query.organization_id}`,
      sql`${time} >= p.since`,
      sql`${time} < p.until`,
      ...conditions,
    ], sql` and `)
  }
    group by ${sql.join([sql`p.bucket`, ...query.group_by.map((_, at) => sql.ref(`group_${at}`))])}`;
}

/** A dimension as a group: always in the bytewise order of the table's columns, which JSON does not have everywhere. */
function groupOf(dimension: Dimension): RawBuilder<unknown> {
  const column = columnOf(dimension);
  return dimension.startsWith("tag:") ? sql`coalesce(nullif(t.model, t.model), ${column})` : column;
}

/** Where a dimension of the table `t` is: a column, or a key of the tags; '' where a record has none. */
export function columnOf(dimension: Dimension): RawBuilder<unknown> {
  if (dimension === "user") return sql`t.user_id`;
  if (!dimension.startsWith("tag:")) return sql`t.${sql.ref(dimension)}`;
  return sql`coalesce(t.tags ->> ${tagKey(dimension.slice("tag:".length))}, '')`;
}

/** Databases read keys like these as paths into the value. */
function tagKey(key: string): string {
  if (!/^\$|["\\]|^\[.*\]$/su.test(key)) return key;
  throw new CostopsError(
    "invalid",
    `Cannot group or filter by the tag ${
      JSON.stringify(key)
    }: its name begins with $, stands in [], or has " or \\ in it`,
  );
}

/** A row of {@link selectGroups}. */
export function toCostRow(row: Record<string, unknown>, query: CostQuery): CostRow {
  const whole = (name: string) => row[name] as bigint;
  return {
    bucket: Number(row.bucket),
    dimensions: query.group_by.map((_, at) => (row[`group_${at}`] as string) || null),
    measures: {
      requests: whole("requests"),
      records: whole("records"),
      input_tokens: whole("input_tokens"),
      cache_read_tokens: whole("cache_read_tokens"),
      cache_write_tokens: whole("cache_write_tokens"),
      output_tokens: whole("output_tokens"),
      cost: usdFromNanos(whole("cost_nanos")),
      unpriced_records: whole("unpriced_records"),
      unpriced_tokens: whole("unpriced_tokens"),
    },
    units: Object.fromEntries(query.units.map((name, at): [OtherUnitName, bigint] => [name, whole(`unit_${at}`)])),
  };
}
