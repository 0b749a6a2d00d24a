/**
 * Pages of records in an order: by position, which stays put while records arrive, or by number.
 */

import type { Principal } from "../../core/access.ts";
import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { TimeRange } from "../../core/analytics/query.ts";
import { DEFAULT_RECORD_SORT, type RecordPosition, type RecordSort } from "../../core/usage/record_sort.ts";
import { beyondMark, findPruneMark } from "../../db/retention.ts";
import { listUsage, type StoredUsage } from "../../db/usage.ts";
import { countUsage, listUsageFrom, type UsageSelection } from "../../db/usage_pages.ts";
import type { Environment } from "../environment.ts";
import { chooseOrganization } from "./reports.ts";

/** Which page: by position, or by number, from 1. */
export type PageInput =
  | { readonly limit: number; readonly after?: RecordPosition; readonly page?: undefined }
  | { readonly page: number; readonly page_size: number };

/** Which records, as written. */
export interface RecordQuery {
  readonly organization_id?: string;
  readonly since?: string;
  readonly until?: string;
  readonly start_date?: string;
  readonly end_date?: string;
  readonly tz?: string;
  readonly filter?: readonly string[];
  /** Newest first when it is not given. */
  readonly sort?: RecordSort;
}

/** A page of records. */
export interface RecordPage {
  readonly found: readonly StoredUsage[];
  readonly pagination: { readonly limit: number; readonly has_more: boolean } | PageNumbers;
  /** The last record of a page by position that has one after it. */
  readonly next: RecordPosition | null;
}

/** Where a page stands among all; pages move when records arrive. */
export interface PageNumbers {
  readonly page: number;
  readonly page_size: number;
  readonly total_items: number;
  readonly total_pages: number;
  readonly has_next: boolean;
  readonly has_prev: boolean;
}

/**
 * Finds a page of an organization's records. Fails with `invalid` on a query that cannot be read, and with
 * `beyond_retention` on one that asks for a time whose records were dropped; where it names none, the list begins where
 * they are kept.
 */
export async function findRecordPage(
  environment: Environment,
  principal: Principal,
  input: RecordQuery & PageInput,
): Promise<RecordPage> {
  const selection = await select(environment, principal, input);
  const { sort = DEFAULT_RECORD_SORT } = input;
  if (input.page !== undefined) {
    return await findNumbered(environment, { ...selection, sort, page: input.page, page_size: input.page_size });
  }
  const { limit, after } = input;
  // In the order of time nothing lies on the other side of the last record, which the planner is told by the range
  // alone: it would begin at the range's end.
  const range = after === undefined ? selection.range : narrowRange(selection.range, sort, after);
  const found = await listUsage(environment.database, { ...selection, range, sort, limit: limit + 1, after });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const has_more = found.length > limit;
  const next = has_more && last !== undefined ? { timestamp: last.timestamp, id: last.id, cost: last.cost } : null;
  return { found: page, pagination: { limit, has_more }, next };
}

function narrowRange({ since, until }: TimeRange, sort: RecordSort, { timestamp }: RecordPosition): TimeRange {
  if (sort === "-timestamp") return { since, until: Math.min(until, timestamp + 1) };
  return { since: sort === "timestamp" ? Math.max(since, timestamp) : since, until };
}

async function findNumbered(
  { database }: Environment,
  { sort, page, page_size, ...selection }: UsageSelection & {
    readonly sort: RecordSort;
    readonly page: number;
    readonly page_size: number;
  },
): Promise<RecordPage> {
  const total_items = await countUsage(database, selection);
  const found = await listUsageFrom(database, { ...selection, sort, limit: page_size, offset: (page - 1) * page_size });
  const total_pages = Math.ceil(total_items / page_size);
  const pagination = { page, page_size, total_items, total_pages, has_next: page < total_pages, has_prev: page > 1 };
  return { found, pagination, next: null };
}

async function select(environment: Environment, principal: Principal, query: RecordQuery): Promise<UsageSelection> {
  const organization_id = chooseOrganization(principal, query);
  const { range, filter } = parseCostQuery({ ...query, organization_id }, environment.now());
  const mark = await findPruneMark(environment.database.reader, organization_id);
  if (mark === undefined || range.since >= mark) return { organization_id, range, filter };
  if (query.since !== undefined || query.start_date !== undefined) throw beyondMark("list", mark);
  return { organization_id, range: { since: mark, until: Math.max(mark, range.until) }, filter };
}
