/**
 * Reports of a server: asked for, listed, read, taken and deleted.
 */

import type { ReportJob } from "../../db/report_jobs.ts";
import type { ByteRange } from "../../server/reports/artifacts.ts";
import type {
  MadeReport,
  NewReportInput,
  ReportJobInput,
  ReportListInput,
} from "../../server/operations/report_jobs.ts";
import type { Page } from "../../server/operations/users.ts";
import type { toWireReportJob } from "../../server/wire/report_job.ts";
import type { AnyBinding, Binding } from "./binding.ts";
import type { Client } from "./client.ts";

const createReport: Binding<NewReportInput, ReportJob> = {
  method: "post",
  path: "/reports",
  toRequest: ({ query: { tz, group_by, columns, ...filters }, ...body }) => ({
    body: { ...body, filters, tz, group_by, columns },
  }),
  fromAnswer: ({ json }) => readJob(json),
};

const listReports: Binding<ReportListInput, Page<ReportJob>> = {
  method: "get",
  path: "/reports",
  is_paged: true,
  toRequest: ({ organization_id }) => ({ query: { organization_id } }),
  fromAnswer: ({ json }) => ({ data: json.data.map(readJob), has_more: false }),
};

const getReport: Binding<ReportJobInput, ReportJob> = {
  method: "get",
  path: "/reports/{id}",
  toRequest: ({ id, ...query }) => ({ params: { id }, query }),
  fromAnswer: ({ json }) => readJob(json),
};

const deleteReport: Binding<ReportJobInput, void> = {
  method: "delete",
  path: "/reports/{id}",
  toRequest: ({ id, ...query }) => ({ params: { id }, query }),
  fromAnswer: () => undefined,
};

/** Takes a report's file from a server: the whole, or on from where it broke off while it is the same file. */
export async function takeRemotely(client: Client, { id, ...query }: ReportJobInput): Promise<MadeReport> {
  const named = { params: { id }, query };
  const whole = await client.open({ method: "get", path: "/reports/{id}/download", ...named });
  const etag = whole.headers.get("etag") ?? "";
  const { json } = await client.send({ method: "get", path: "/reports/{id}", ...named });
  const job = readJob(json);
  let first: ReadableStream<Uint8Array> | undefined = whole.body!;
  const open = async ({ start, end }: ByteRange) => {
    if (start === 0 && first !== undefined) {
      const body = first;
      first = undefined;
      return body;
    }
    const headers = { range: `bytes=${start}-${end - 1}`, "if-range": etag };
    const rest = await client.open({ method: "get", path: "/reports/{id}/download", ...named, headers });
    if (rest.status === 206) return rest.body!;
    await rest.body?.cancel();
    throw new Error("the file of a report has changed, which none does");
  };
  return { ...job, size_bytes: job.size_bytes ?? 0, sha256: job.sha256 ?? "", open };
}

function readJob(json: ReturnType<typeof toWireReportJob>): ReportJob {
  const { content_type: _type, status, query, created_at, started_at, finished_at, expires_at, ...rest } = json;
  const toNumber = (time: string | null) => time === null ? null : Date.parse(time);
  return {
    ...rest,
    state: status,
    query: JSON.stringify(query),
    artifact: null,
    created_at: Date.parse(created_at),
    started_at: toNumber(started_at),
    finished_at: toNumber(finished_at),
    expires_at: toNumber(expires_at),
  };
}

/** Bindings of reports as jobs, by operation. */
export const REPORT_JOB_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  createReport,
  listReports,
  getReport,
  deleteReport,
};
