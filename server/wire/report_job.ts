/**
 * A report job on the wire.
 */

import type { FileFormat } from "../../core/report/format.ts";
import { formatInstant } from "../../core/time.ts";
import type { ReportJob } from "../../db/report_jobs.ts";
import { describeFormat } from "../operations/report_makers.ts";

/** Writes a report as the wire has it; what is not there yet is null. */
export function toWireReportJob(job: ReportJob) {
  const { artifact: _artifact, query, created_at, started_at, finished_at, expires_at, state, failure, ...rest } = job;
  const { organization_id, id, report_type, format, file_name, created_by, attempts, size_bytes, sha256 } = rest;
  return {
    id,
    organization_id,
    report_type,
    format,
    status: state,
    query: JSON.parse(query),
    file_name,
    content_type: describeFormat(format as FileFormat).content_type,
    size_bytes,
    sha256,
    attempts,
    created_by,
    created_at: formatInstant(created_at, "UTC"),
    started_at: toInstant(started_at),
    finished_at: toInstant(finished_at),
    expires_at: toInstant(expires_at),
    failure,
  };
}

function toInstant(milliseconds: number | null): string | null {
  return milliseconds === null ? null : formatInstant(milliseconds, "UTC");
}
