/**
 * Walks stored usage from the first row to the last, page by page, in constant memory.
 */

import { sql } from "kysely";
import type { CostQuery, TimeRange } from "../core/analytics/query.ts";
import { LIMITS } from "../core/limits.ts";
import { columnOf } from "./costs.ts";
import type { Queries } from "./database.ts";
import type { UsageRow } from "./usage.ts";

/** Which rows; all of them when nothing is given. */
export interface UsageSelection {
  readonly organization_id?: string;
  readonly range?: TimeRange;
  readonly filter?: CostQuery["filter"];
}

/** Gives the rows in the order of their key, in pages of at most `LIMITS.append_records`. */
export async function* walkUsage(queries: Queries, selection: UsageSelection): AsyncGenerator<UsageRow[]> {
  if (selection.organization_id !== undefined) {
    return yield* walkOrganization(queries, { ...selection, organization_id: selection.organization_id });
  }
  // One organization after another: within one, databases know where the next page begins.
  let next = await findOrganizationAfter(queries, "");
  while (next !== undefined) {
    yield* walkOrganization(queries, { ...selection, organization_id: next });
    next = await findOrganizationAfter(queries, next);
  }
}

async function findOrganizationAfter(queries: Queries, last: string): Promise<string | undefined> {
  const row = await queries.selectFrom("usage").select("organization_id").where("organization_id", ">", last)
    .orderBy("organization_id").limit(1).executeTakeFirst();
  return row?.organization_id;
}

type OrganizationSelection = UsageSelection & { readonly organization_id: string };

async function* walkOrganization(queries: Queries, selection: OrganizationSelection): AsyncGenerator<UsageRow[]> {
  let last: UsageRow | undefined;
  do {
    const rows = await readPage(queries, { selection, last });
    if (rows.length > 0) yield rows;
    last = rows.length < LIMITS.append_records ? undefined : rows.at(-1);
  } while (last !== undefined);
}

function readPage(
  queries: Queries,
  { selection, last }: { readonly selection: OrganizationSelection; readonly last: UsageRow | undefined },
): Promise<UsageRow[]> {
  const { organization_id, range, filter } = selection;
  let query = queries.selectFrom("usage as t").selectAll("t").where("t.organization_id", "=", organization_id);
  if (range !== undefined) {
    query = query.where("t.timestamp", ">=", BigInt(range.since)).where("t.timestamp", "<", BigInt(range.until));
  }
  for (const [dimension, values] of filter ?? []) {
    query = query.where(sql<boolean>`${columnOf(dimension)} in (${sql.join(values)})`);
  }
  if (last !== undefined) {
    // The first of both says no more than the second; it spares Postgres the months before.
    query = query.where("t.timestamp", ">=", last.timestamp)
      .where(sql<boolean>`(t.timestamp, t.id) > (${last.timestamp}, ${last.id})`);
  }
  return query.orderBy("t.timestamp").orderBy("t.id").limit(LIMITS.append_records).execute();
}
