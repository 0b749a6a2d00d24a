/**
 * What retention has dropped: below an organization's mark only roll-ups are left.
 */

import type { Piece } from "../core/analytics/pieces.ts";
import type { CostQuery } from "../core/analytics/query.ts";
import { CostopsError } from "../core/error.ts";
import type { Queries } from "./database.ts";

/** Fails with `beyond_retention` when a query needs rows from below its organization's mark. */
export async function checkRetention(queries: Queries, query: CostQuery, pieces: readonly Piece[]): Promise<void> {
  const mark = await findMissing(queries, query, pieces);
  if (mark === undefined) return;
  const since = new Date(mark).toISOString();
  throw new CostopsError(
    "beyond_retention",
    `Cannot answer this from before ${since}: rows before it were dropped; group and filter by provider, model, project, ` +
      "environment and service_tier, in whole quarter-hours of UTC, or by user in whole days",
  );
}

/** Records themselves are asked for, some of them from below their organization's mark. */
export function beyondMark(what: "list" | "export", mark: number): CostopsError {
  const since = new Date(mark).toISOString();
  return new CostopsError(
    "beyond_retention",
    `Cannot ${what} records from before ${since}: retention has dropped them; ask for a period from then on`,
  );
}

/** The mark of a query's organization when the query needs rows from below it, in milliseconds since 1970 UTC. */
export async function findMissing(
  queries: Queries,
  { organization_id }: Pick<CostQuery, "organization_id">,
  pieces: readonly Piece[],
): Promise<number | undefined> {
  const earliest = pieces.reduce(
    (since, piece) => piece.grain === "record" ? Math.min(since, piece.since) : since,
    Infinity,
  );
  if (earliest === Infinity) return undefined;
  const mark = await findPruneMark(queries, organization_id);
  return mark === undefined || earliest >= mark ? undefined : mark;
}

/** The instant before which an organization's rows were dropped, in milliseconds since 1970 UTC; undefined for never. */
export async function findPruneMark(queries: Queries, organization_id: string): Promise<number | undefined> {
  const mark = await queries.selectFrom("prune_marks").select("before")
    .where("organization_id", "=", organization_id).executeTakeFirst();
  return mark === undefined ? undefined : Number(mark.before);
}
