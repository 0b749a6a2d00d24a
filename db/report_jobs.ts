/**
 * Reports that were asked for: kept, listed, deleted.
 */

import type { Selectable } from "kysely";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { recordAudit } from "./audit.ts";
import type { Database, Queries } from "./database.ts";
import type { ReportJobsTable, ReportState } from "./report_tables.ts";

/** A report that was asked for; times are milliseconds since 1970 UTC. */
export interface ReportJob {
  readonly organization_id: string;
  readonly id: string;
  readonly report_type: string;
  readonly format: string;
  /** What was asked, as JSON. */
  readonly query: string;
  /** What its file is called by whoever takes it. */
  readonly file_name: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly state: ReportState;
  readonly attempts: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  /** Where its file is; null when it has none. */
  readonly artifact: string | null;
  readonly size_bytes: number | null;
  /** 64 hex digits. */
  readonly sha256: string | null;
  readonly expires_at: number | null;
  /** Why it failed. */
  readonly failure: { readonly code: string; readonly detail: string } | null;
}

/** Which report. */
export type ReportKey = Pick<ReportJob, "organization_id" | "id">;

/** A report to be kept. */
export type NewReportJob =
  & ReportKey
  & Pick<ReportJob, "report_type" | "format" | "query" | "file_name">;

/** Who does something, and when. */
interface Act {
  readonly actor: string;
  readonly now: number;
}

/**
 * Keeps a report that is to be made. Fails with `rate_limited` while too many of its organization wait, and with
 * `conflict` when it has too many or too large ones.
 */
export async function createReportJob(
  database: Database,
  job: NewReportJob,
  { actor, now }: Act,
): Promise<ReportJob> {
  const row: Selectable<ReportJobsTable> = {
    ...job,
    ...NOTHING_MADE,
    state: "pending",
    created_by: actor,
    created_at: BigInt(now),
    attempts: 0n,
    started_at: null,
    deleted_at: null,
  };
  await database.write(async (queries) => {
    await requireRoom(queries, job.organization_id);
    await queries.insertInto("report_jobs").values(row).execute();
    const { organization_id, id, report_type, format } = job;
    const detail = { id, report_type, format };
    await recordAudit(queries, { organization_id, at: now, actor, action: "report.create", detail });
  });
  return toReportJob(row, now);
}

/** The fields of a report that is not made yet. */
export const NOTHING_MADE = {
  run_by: null,
  lease_until: null,
  finished_at: null,
  artifact: null,
  size_bytes: null,
  sha256: null,
  expires_at: null,
  failure_code: null,
  failure: null,
} as const;

/** Seconds after which a report that waits is likely to be made. */
const WAIT_S = 5;

async function requireRoom(queries: Queries, organization_id: string): Promise<void> {
  const { all, waiting } = await queries.selectFrom("report_jobs")
    .select((of) => [
      of.fn.countAll<bigint>().as("all"),
      of.fn.countAll<bigint>().filterWhere("state", "in", ["pending", "running"]).as("waiting"),
    ])
    .where("organization_id", "=", organization_id).where("deleted_at", "is", null).executeTakeFirstOrThrow();
  if (waiting >= BigInt(LIMITS.reports_waiting)) {
    throw new CostopsError(
      "rate_limited",
      `Cannot make more than ${LIMITS.reports_waiting} reports at once: wait until one is made`,
      { retry_after_s: WAIT_S },
    );
  }
  if (all >= BigInt(LIMITS.reports)) {
    throw new CostopsError("conflict", `Cannot keep more than ${LIMITS.reports} reports: delete one first`);
  }
  if (await sumReportBytes(queries, organization_id) < LIMITS.reports_bytes) return;
  const gibibytes = LIMITS.reports_bytes / 1024 ** 3;
  throw new CostopsError("conflict", `Cannot keep more than ${gibibytes} GiB of reports: delete one first`);
}

/** Bytes that the files of an organization take, expired ones too until they are gone. */
export async function sumReportBytes(queries: Queries, organization_id: string): Promise<number> {
  const { bytes } = await queries.selectFrom("report_jobs")
    .select((of) => of.cast<bigint>(of.fn.coalesce(of.fn.sum("size_bytes"), of.lit(0)), "bigint").as("bytes"))
    .where("organization_id", "=", organization_id).where("artifact", "is not", null).executeTakeFirstOrThrow();
  return Number(bytes);
}

/** The reports of an organization, newest first. */
export async function listReportJobs(
  { reader }: Database,
  { organization_id, after, limit, now }: {
    readonly organization_id: string;
    /** The last one of the page before. */
    readonly after?: { readonly created_at: number; readonly id: string };
    readonly limit: number;
    readonly now: number;
  },
): Promise<ReportJob[]> {
  let query = reader.selectFrom("report_jobs").selectAll()
    .where("organization_id", "=", organization_id).where("deleted_at", "is", null);
  if (after !== undefined) {
    query = query.where((of) =>
      of.or([
        of("created_at", "<", BigInt(after.created_at)),
        of.and([of("created_at", "=", BigInt(after.created_at)), of("id", "<", after.id)]),
      ])
    );
  }
  const rows = await query.orderBy("created_at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.map((row) => toReportJob(row, now));
}

/** One report. Fails with `not_found`. */
export async function readReportJob({ reader }: Database, key: ReportKey, now: number): Promise<ReportJob> {
  const { organization_id, id } = key;
  const row = await reader.selectFrom("report_jobs").selectAll()
    .where("organization_id", "=", organization_id).where("id", "=", id).where("deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound(id);
  return toReportJob(row, now);
}

/** Deletes a report: nobody sees it any more, and its file, if it has one, is to be removed. Fails with `not_found`. */
export async function deleteReportJob(
  database: Database,
  key: ReportKey,
  { actor, now }: Act,
): Promise<Pick<ReportJob, "artifact">> {
  const { organization_id, id } = key;
  return await database.write(async (queries) => {
    const deleted = await queries.updateTable("report_jobs").set({ deleted_at: now })
      .where("organization_id", "=", organization_id).where("id", "=", id).where("deleted_at", "is", null)
      .returning(["report_type", "format", "artifact"]).executeTakeFirst();
    if (deleted === undefined) throw notFound(id);
    const { artifact, ...detail } = deleted;
    await recordAudit(queries, {
      organization_id,
      at: now,
      actor,
      action: "report.delete",
      detail: { id, ...detail },
    });
    return { artifact };
  });
}

function notFound(id: string): CostopsError {
  return new CostopsError("not_found", `Cannot find the report ${JSON.stringify(id)}`);
}

/** A row as a report; one whose time is over has expired, whether or not somebody has swept since. */
export function toReportJob(row: Selectable<ReportJobsTable>, now: number): ReportJob {
  const toNumber = (whole: bigint | null) => whole === null ? null : Number(whole);
  const { failure_code, failure } = row;
  const expires_at = toNumber(row.expires_at);
  return {
    organization_id: row.organization_id,
    id: row.id,
    report_type: row.report_type,
    format: row.format,
    query: row.query,
    file_name: row.file_name,
    created_by: row.created_by,
    created_at: Number(row.created_at),
    state: row.state === "completed" && expires_at !== null && expires_at <= now ? "expired" : row.state,
    attempts: Number(row.attempts),
    started_at: toNumber(row.started_at),
    finished_at: toNumber(row.finished_at),
    artifact: row.artifact,
    size_bytes: toNumber(row.size_bytes),
    sha256: row.sha256,
    expires_at,
    failure: failure === null ? null : { code: failure_code ?? "failure", detail: failure },
  };
}
