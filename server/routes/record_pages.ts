/**
 * Pages of records on the wire, alike for every list of records.
 */

import type { z } from "@hono/zod-openapi";
import { LIMITS } from "../../core/limits.ts";
import { usdFromNanos } from "../../core/money.ts";
import type { RecordPosition } from "../../core/usage/record_sort.ts";
import type { PageInput, RecordPage, RecordQuery } from "../operations/record_pages.ts";
import { chooseOrganization } from "../operations/reports.ts";
import type { Reply } from "./reply.ts";
import type { RouteRequest } from "./route.ts";
import { readPageKind, readQueryTexts, type RecordsQuery } from "./schemas/queries.ts";

type ListRequest = RouteRequest<unknown, z.output<typeof RecordsQuery>>;

/** What a list's operation is asked. Fails with `invalid` on a cursor of another list, and on both kinds of pages. */
export function readListRequest(list: string, request: ListRequest): RecordQuery & PageInput {
  const { query, cursors } = request;
  const texts = readRecordQuery(query);
  if (readPageKind(query) === "number") {
    return { ...texts, page: query.page ?? 1, page_size: query.page_size ?? LIMITS.page_default };
  }
  const limit = query.limit ?? LIMITS.page_default;
  if (query.cursor === undefined) return { ...texts, limit };
  const [timestamp, id, cost = null] = cursors.read(scopeOf(list, request), query.cursor);
  const after = {
    timestamp: Number(timestamp),
    id: String(id),
    cost: cost === null ? null : usdFromNanos(BigInt(cost)),
  };
  return { ...texts, limit, after };
}

/** The reply of a list; its cursor holds for the same organization and the same filters only. */
export function writeList(
  list: string,
  { data, pagination, next }: Pick<RecordPage, "pagination" | "next"> & { readonly data: readonly unknown[] },
  request: ListRequest,
): Reply {
  if ("page" in pagination) return { status: 200, body: { data, pagination } };
  const next_cursor = next === null ? null : request.cursors.write(scopeOf(list, request), writePosition(next));
  return { status: 200, body: { data, pagination: { ...pagination, next_cursor } } };
}

function readRecordQuery(query: ListRequest["query"]) {
  return { ...readQueryTexts(query), sort: query.sort };
}

/** A record without a cost has none in its cursor. */
function writePosition({ timestamp, id, cost }: RecordPosition): readonly (string | number)[] {
  return [timestamp, id, ...(cost === null ? [] : [String(cost)])];
}

function scopeOf(list: string, { query, principal }: ListRequest): readonly unknown[] {
  const { organization_id: _organization, ...texts } = readRecordQuery(query);
  return [list, chooseOrganization(principal, query), texts];
}
