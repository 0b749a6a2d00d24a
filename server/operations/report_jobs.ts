/**
 * Reports as jobs: asked for, listed, read, taken and deleted.
 */

import { requirePermission } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import type { FileFormat } from "../../core/report/format.ts";
import { nameFile } from "../../core/report/file_name.ts";
import {
  createReportJob,
  deleteReportJob,
  listReportJobs,
  readReportJob,
  type ReportJob,
} from "../../db/report_jobs.ts";
import type { ByteRange } from "../reports/artifacts.ts";
import type { Operation } from "./operation.ts";
import { checkFile, describeFormat, REPORT_MAKERS, type ReportTexts, type ReportTypeName } from "./report_makers.ts";
import { chooseOrganization } from "./reports.ts";
import type { Page } from "./users.ts";

/** A report to be made. */
export interface NewReportInput {
  readonly organization_id?: string;
  readonly report_type: ReportTypeName;
  readonly format: FileFormat;
  readonly query: Omit<ReportTexts, "organization_id">;
}

/**
 * Asks for a report, which is made soon after. Who asks must hold what the report's type reads. Fails with `invalid` on a
 * query that cannot be read, `rate_limited` while too many wait, `conflict` when the organization has too many.
 */
export const requestReport: Operation<NewReportInput, ReportJob> = {
  name: "createReport",
  permission: "report:create",
  handle: async ({ database, now, newId, onReport }, principal, input) => {
    const { report_type, format } = input;
    const query = orderTexts(input.query);
    requirePermission(principal, REPORT_MAKERS[report_type].permission);
    const organization_id = chooseOrganization(principal, input);
    const asked_at = now();
    const asked = { principal, query: { ...query, organization_id }, asked_at };
    const { range, tz } = checkFile({ ...asked, type: report_type, format });
    const { extension } = describeFormat(format);
    const file_name = nameFile({ organization_id, report_type, extension, range, tz });
    const job = { organization_id, id: newId(), report_type, format, query: JSON.stringify(query), file_name };
    const created = await createReportJob(database, job, { actor: principal.actor, now: asked_at });
    onReport?.();
    return created;
  },
};

/** The same texts in one order, whoever wrote them; what is not given is left out when they are kept. */
function orderTexts({ since, until, start_date, end_date, tz, filter, group_by, columns }: NewReportInput["query"]) {
  return { since, until, start_date, end_date, tz, filter, group_by, columns };
}

/** A page of reports; the newest first. */
export interface ReportListInput {
  readonly organization_id?: string;
  /** The last report of the page before. */
  readonly after?: { readonly created_at: number; readonly id: string };
  readonly limit: number;
}

/** Lists the reports of an organization. */
export const readReports: Operation<ReportListInput, Page<ReportJob>> = {
  name: "listReports",
  permission: "report:read",
  handle: async ({ database, now }, principal, { after, limit, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const found = await listReportJobs(database, { organization_id, after, limit: limit + 1, now: now() });
    return { data: found.slice(0, limit), has_more: found.length > limit };
  },
};

/** Which report. */
export interface ReportJobInput {
  readonly organization_id?: string;
  readonly id: string;
}

/** Reads what became of a report. Fails with `not_found`. */
export const readReport: Operation<ReportJobInput, ReportJob> = {
  name: "getReport",
  permission: "report:read",
  handle: ({ database, now }, principal, { id, ...input }) =>
    readReportJob(database, { organization_id: chooseOrganization(principal, input), id }, now()),
};

/** A report whose file is there. */
export interface MadeReport extends ReportJob {
  readonly size_bytes: number;
  readonly sha256: string;
  /** A part of the file, read as it is taken. Fails with `expired` when the file is gone. */
  readonly open: (part: ByteRange) => Promise<ReadableStream<Uint8Array>>;
}

/**
 * Takes a report's file. Fails with `not_found`, with `report_pending` before it is made, `report_failed` when it could not
 * be, and `expired` when its time is over.
 */
export const takeReport: Operation<ReportJobInput, MadeReport> = {
  name: "downloadReport",
  permission: "report:read",
  handle: async ({ database, artifacts, now }, principal, { id, ...input }) => {
    const organization_id = chooseOrganization(principal, input);
    const job = await readReportJob(database, { organization_id, id }, now());
    const { artifact, size_bytes: size, sha256 } = requireMade(job);
    return {
      ...job,
      size_bytes: size,
      sha256,
      open: (part) => artifacts.read({ organization_id, artifact }, { ...part, size }),
    };
  },
};

/** Seconds after which a report is likely to be made. */
const PENDING_S = 1;

function requireMade(job: ReportJob) {
  const { state, artifact, size_bytes, sha256, failure } = job;
  const name = JSON.stringify(job.id);
  if (state === "expired") {
    throw new CostopsError("expired", `Cannot take the report ${name}: its time is over; make it again`);
  }
  if (state === "failed") {
    throw new CostopsError("report_failed", `Cannot take the report ${name}: it failed: ${failure?.detail}`);
  }
  if (artifact !== null && size_bytes !== null && sha256 !== null) return { artifact, size_bytes, sha256 };
  throw new CostopsError("report_pending", `Cannot take the report ${name} yet: it is ${state}; try again`, {
    retry_after_s: PENDING_S,
  });
}

/** Deletes a report and its file. Fails with `not_found`. */
export const dropReport: Operation<ReportJobInput, void> = {
  name: "deleteReport",
  permission: "report:delete",
  handle: async ({ database, artifacts, now }, principal, { id, ...input }) => {
    const key = { organization_id: chooseOrganization(principal, input), id };
    const { artifact } = await deleteReportJob(database, key, { actor: principal.actor, now: now() });
    // The row goes when somebody sweeps, and whatever a run that has not heard of it yet still leaves.
    if (artifact !== null) await artifacts.remove({ organization_id: key.organization_id, artifact });
  },
};
