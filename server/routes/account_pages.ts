/**
 * Pages of accounts on the wire, by cursor.
 */

import type { Reply } from "./reply.ts";
import type { RouteRequest } from "./route.ts";

type PageRequest = RouteRequest<
  unknown,
  { readonly limit: number; readonly cursor?: string; readonly organization_id?: string }
>;

type Position = readonly (string | number)[];

/** Where a list goes on; undefined at its beginning. Fails with `invalid` on a cursor of another list. */
export function readPosition(list: string, request: PageRequest): Position | undefined {
  const { cursor } = request.query;
  return cursor === undefined ? undefined : request.cursors.read(scopeOf(list, request), cursor);
}

/** A page, with the cursor that goes on behind its last item. */
export function writePage<Item>(
  list: string,
  { data, has_more, positionOf, toWire }: {
    readonly data: readonly Item[];
    readonly has_more: boolean;
    readonly positionOf: (item: Item) => Position;
    readonly toWire: (item: Item) => unknown;
  },
  request: PageRequest,
): Reply {
  const last = has_more ? data.at(-1) : undefined;
  const next_cursor = last === undefined ? null : request.cursors.write(scopeOf(list, request), positionOf(last));
  const pagination = { limit: request.query.limit, has_more, next_cursor };
  return { status: 200, body: { data: data.map(toWire), pagination } };
}

function scopeOf(list: string, { query, principal }: PageRequest): readonly unknown[] {
  return [list, principal.organization_id, query.organization_id ?? null];
}
