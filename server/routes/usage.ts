/**
 * Stored usage over HTTP: lists, one record, sums, and deleting one.
 */

import { deleteRecord, getRecord, listRecords } from "../operations/usage.ts";
import { readListRequest, writeList } from "./record_pages.ts";
import { defineRoute, type Route } from "./route.ts";
import { listOf } from "./schemas/pagination.ts";
import { RecordsQuery } from "./schemas/queries.ts";
import { StoredUsage } from "./schemas/stored_usage.ts";
import { IdParams, OrganizationQuery } from "./schemas/values.ts";
import { STATISTICS_ROUTE } from "./statistics.ts";

const tag = "Usage";

const list = defineRoute({
  method: "get",
  path: "/usage",
  summary: "List usage records",
  description:
    "Newest first unless `sort` says otherwise. Pages by cursor stay put while records arrive; numbered pages move.",
  tag,
  query: RecordsQuery,
  replies: { 200: { description: "A page of records", schema: listOf(StoredUsage).meta({ id: "UsageList" }) } },
  operation: listRecords,
  read: (request) => readListRequest("usage", request),
  write: (output, request) => writeList("usage", output, request),
});

const one = defineRoute({
  method: "get",
  path: "/usage/{id}",
  summary: "Read a usage record",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The record", schema: StoredUsage } },
  problems: [404],
  statuses: { deleted: 404 },
  operation: getRecord,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: (output) => ({ status: 200, body: output }),
});

const remove = defineRoute({
  method: "delete",
  path: "/usage/{id}",
  summary: "Delete a usage record",
  description: "Its costs leave every sum; its id stays used, and sending it again is refused.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is deleted" } },
  problems: [404],
  statuses: { deleted: 404 },
  operation: deleteRecord,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: () => ({ status: 204 }),
});

/** Routes of stored usage. */
export const USAGE_ROUTES: readonly Route[] = [list, STATISTICS_ROUTE, one, remove];
