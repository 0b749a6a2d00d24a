/**
 * Walks the rows of a cost query in the order of a report, however many there are: the database groups and sorts them,
 * and gives them as they are taken.
 */

import { type RawBuilder, sql } from "kysely";
import type { CostRow } from "../core/analytics/measures.ts";
import type { CostQuery } from "../core/analytics/query.ts";
import { type BucketPiece, PIECES, piecesOf, readAll, selectGroups, toCostRow } from "./costs.ts";
import type { Database, Queries } from "./database.ts";
import { checkRetention } from "./retention.ts";
import { ROLLUP_MEASURES } from "./rollups.ts";

/** What rows of one time are sorted by, largest first; then by dimensions. */
export type RowOrder = "cost" | "tokens";

/** Rows taken at once: some 500 KiB. */
const TAKEN_ROWS = 1_000;

/** The rows of a query, as they were at one instant. */
export interface WalkedCosts {
  /** In the order of `compareByCost()` or `compareByTokens()`, in pieces; to be read once. */
  readonly rows: AsyncIterable<CostRow[]>;
  /** All of them added up; before they are read, since they take the whole connection. */
  readonly readTotal: () => Promise<CostRow[]>;
}

/**
 * Gives the rows of a query to `work`, one for each time bucket and group that has records, in constant memory. Fails as
 * `readCosts()` does, but for a limit of rows.
 */
export async function walkCosts<Result>(
  database: Database,
  { query, order }: { readonly query: CostQuery; readonly order: RowOrder },
  work: (walked: WalkedCosts) => Promise<Result>,
): Promise<Result> {
  const pieces = piecesOf(query);
  return await database.scanner.transaction().setIsolationLevel("repeatable read").execute(async (queries) => {
    await checkRetention(queries, query, pieces);
    return await work({
      rows: walkRows(queries, { query, order, pieces }),
      readTotal: () => readAll(queries, wholeOf(query, pieces)),
    });
  });
}

interface Walk {
  readonly query: CostQuery;
  readonly order: RowOrder;
  readonly pieces: readonly BucketPiece[];
}

async function* walkRows(queries: Queries, { pieces, ...walk }: Walk): AsyncGenerator<CostRow[]> {
  let rows: CostRow[] = [];
  for (const some of cutBuckets(pieces)) {
    for await (const row of selectOrdered(queries, { ...walk, pieces: some }).stream(TAKEN_ROWS)) {
      rows.push(toCostRow(row as Record<string, unknown>, walk.query));
      if (rows.length < TAKEN_ROWS) continue;
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}

/** Whole buckets, as many as one statement takes: rows of one are sorted together, and buckets follow each other. */
function* cutBuckets(pieces: readonly BucketPiece[]): Generator<BucketPiece[]> {
  let some: BucketPiece[] = [];
  for (const ofBucket of Map.groupBy(pieces, ({ bucket }) => bucket).values()) {
    if (some.length + ofBucket.length > PIECES) {
      yield some;
      some = [];
    }
    some.push(...ofBucket);
  }
  if (some.length > 0) yield some;
}

/** A select of the query builder, since only those can be read row by row on every database. */
function selectOrdered(queries: Queries, walk: Walk) {
  const rows = sql<Record<string, unknown>>`(${selectMerged(walk)})`.as<"r">(sql.ref("r"));
  return queries.selectFrom(rows).selectAll().orderBy(orderOf(walk));
}

/** One row a group, also where its records are read at several grains. */
function selectMerged({ query, pieces }: Walk): RawBuilder<unknown> {
  const parts = [...Map.groupBy(pieces, ({ grain }) => grain)].map(([grain, some]) =>
    selectGroups({ query, grain, pieces: some })
  );
  if (parts.length === 1) return parts[0]!;
  const keys = [sql.ref("bucket"), ...query.group_by.map((_, at) => sql.ref(`group_${at}`))];
  const names = [...ROLLUP_MEASURES, ...query.units.map((_, at) => `unit_${at}`)];
  const sums = names.map((name) => sql`cast(sum(${sql.ref(name)}) as bigint) as ${sql.ref(name)}`);
  const all = sql.join(parts.map((part) => sql`select * from (${part}) as g`), sql` union all `);
  return sql`select ${sql.join([...keys, ...sums])} from (${all}) as parts group by ${sql.join(keys)}`;
}

function orderOf({ query, order }: Walk): RawBuilder<unknown> {
  const figures = order === "cost"
    ? [sql`case when r.records > r.unpriced_records then 0 else 1 end`, sql`r.cost_nanos desc`]
    : [sql`r.input_tokens + r.cache_read_tokens + r.cache_write_tokens + r.output_tokens desc`];
  const dimensions = query.group_by.flatMap((_, at) => {
    const column = sql.ref(`r.group_${at}`);
    return [sql`case when ${column} = '' then 1 else 0 end`, column];
  });
  return sql.join([sql`r.bucket`, ...figures, ...dimensions]);
}

/** The same records without groups. */
function wholeOf(query: CostQuery, pieces: readonly BucketPiece[]) {
  return { query: { ...query, group_by: [] }, pieces: pieces.map((piece) => ({ ...piece, bucket: 0 })) };
}
