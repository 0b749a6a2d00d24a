/**
 * Reports as jobs over HTTP: asked for, listed, read, taken and deleted.
 */

import { z } from "@hono/zod-openapi";
import { writeDisposition } from "../../core/report/file_name.ts";
import { FILE_FORMATS, type FileFormat } from "../../core/report/format.ts";
import { LIMITS } from "../../core/limits.ts";
import { findRange } from "../http/byte_range.ts";
import {
  dropReport,
  type MadeReport,
  readReport,
  readReports,
  requestReport,
  takeReport,
} from "../operations/report_jobs.ts";
import { describeFormat } from "../operations/report_makers.ts";
import { toWireReportJob } from "../wire/report_job.ts";
import { readPosition, writePage } from "./account_pages.ts";
import { jsonBody } from "./body.ts";
import { type Reply, Written } from "./reply.ts";
import { defineRoute, type Route, type RouteRequest } from "./route.ts";
import { CursorPagination } from "./schemas/pagination.ts";
import { PAGE_FIELDS, readFilters } from "./schemas/queries.ts";
import { NewReport, ReportFile, ReportJob } from "./schemas/report_jobs.ts";
import { IdParams, OrganizationId, OrganizationQuery } from "./schemas/values.ts";

const tag = "Reports";

const create = defineRoute({
  method: "post",
  path: "/reports",
  summary: "Ask for a report",
  description:
    "It is made soon after; who asks must also hold `cost:read`, or `forecast:read` for a forecast. `Location` says where it is.",
  tag,
  body: jsonBody(NewReport),
  replies: {
    202: {
      description: "It will be made",
      schema: ReportJob,
      headers: { Location: "The path of the report." },
    },
  },
  problems: [409],
  takes_idempotency_key: true,
  operation: requestReport,
  read: ({ body: { report_type, organization_id, format, filters, tz, group_by, columns } }) => {
    const { since, until, start_date, end_date, ...named } = filters;
    const query = { since, until, start_date, end_date, tz, filter: readFilters(named), group_by, columns };
    return { report_type, organization_id, format, query };
  },
  write: (job, { url }) => ({
    status: 202,
    body: toWireReportJob(job),
    headers: { Location: `${new URL(url).pathname}/${encodeURIComponent(job.id)}` },
  }),
});

const list = defineRoute({
  method: "get",
  path: "/reports",
  summary: "List reports",
  description: "Newest first.",
  tag,
  query: z.strictObject({
    organization_id: OrganizationId.optional(),
    limit: PAGE_FIELDS.limit.default(LIMITS.page_default),
    cursor: PAGE_FIELDS.cursor,
  }),
  replies: {
    200: {
      description: "A page of reports",
      schema: z.object({ data: z.array(ReportJob), pagination: CursorPagination }).meta({ id: "ReportJobList" }),
    },
  },
  operation: readReports,
  read: (request) => {
    const { limit, organization_id } = request.query;
    const position = readPosition("reports", request);
    const after = position && { created_at: Number(position[0]), id: String(position[1]) };
    return { limit, organization_id, after };
  },
  write: ({ data, has_more }, request) =>
    writePage("reports", {
      data,
      has_more,
      positionOf: ({ created_at, id }) => [created_at, id],
      toWire: toWireReportJob,
    }, request),
});

const one = defineRoute({
  method: "get",
  path: "/reports/{id}",
  summary: "Read what became of a report",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The report", schema: ReportJob } },
  problems: [404],
  operation: readReport,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: (job) => ({ status: 200, body: toWireReportJob(job) }),
});

const FILE_HEADERS = {
  "Accept-Ranges": "`bytes`: parts may be asked for by `Range`.",
  "Content-Disposition": "The file's name.",
  ETag: "The file's SHA-256, for `If-Range`.",
};

const FILE = {
  schema: ReportFile,
  content_type: [...new Set(FILE_FORMATS.map((format) => typeOf(format)))],
};

const download = defineRoute({
  method: "get",
  path: "/reports/{id}/download",
  summary: "Take a report's file",
  description: "The whole, or one part of it by `Range`, so that a download that broke off can be gone on with.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: {
    200: { description: "The file", ...FILE, headers: FILE_HEADERS },
    206: {
      description: "The part of the file that was asked for",
      ...FILE,
      headers: { ...FILE_HEADERS, "Content-Range": "Which part: `bytes 0-99/1234`." },
    },
  },
  problems: [404, 409, 410, 416],
  operation: takeReport,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: (report, request) => writeFile(report, request),
});

async function writeFile(
  report: MadeReport,
  { headers, is_head }: Pick<RouteRequest, "headers" | "is_head">,
): Promise<Reply> {
  const { size_bytes: size, sha256, format, file_name } = report;
  const etag = `"${sha256}"`;
  // Parts are of GET alone (RFC 9110, section 14.2).
  const range = is_head ? undefined : findRange(headers, { size, etag });
  const { start, end } = range ?? { start: 0, end: size };
  return {
    status: range === undefined ? 200 : 206,
    body: new Written(describeFormat(format as FileFormat).content_type, await report.open({ start, end })),
    headers: {
      "Accept-Ranges": "bytes",
      "Content-Disposition": writeDisposition(file_name),
      "Content-Length": String(end - start),
      ETag: etag,
      ...(range === undefined ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${size}` }),
    },
  };
}

/** A content type without its parameters. */
function typeOf(format: FileFormat): string {
  return describeFormat(format).content_type.split(";")[0]!;
}

const remove = defineRoute({
  method: "delete",
  path: "/reports/{id}",
  summary: "Delete a report",
  description: "And its file; one that is being made is not made on.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is deleted" } },
  problems: [404],
  operation: dropReport,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: () => ({ status: 204 }),
});

/** Routes of reports. */
export const REPORT_ROUTES: readonly Route[] = [create, list, one, download, remove];
