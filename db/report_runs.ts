/**
 * Runs of reports: who makes which, one at a time, also among processes; and what comes of it.
 *
 * A run holds the lease of its report and renews it; when its process ends, the lease does too, and somebody else begins
 * anew. What a run says counts only while the report is its own.
 */

import { sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import type { Database, Queries } from "./database.ts";
import type { ReportState } from "./report_tables.ts";
import { type ReportJob, type ReportKey, toReportJob } from "./report_jobs.ts";

/** A run: its report, and a name that no other run has. */
export interface ReportRun extends ReportKey {
  readonly run_by: string;
}

/** A report that a run may begin. */
export interface WaitingReport extends ReportKey {
  readonly attempts: number;
  /** A file that an earlier run has left, to be removed first. */
  readonly artifact: string | null;
}

/**
 * The report that is to be made next, of those that wait or whose run has ended without a word: of the organization whose
 * last one was begun the longest ago, so that none keeps the others waiting.
 */
export async function findWaitingReport(
  { reader }: Database,
  { now, only }: { readonly now: number; readonly only?: ReportKey },
): Promise<WaitingReport | undefined> {
  let query = reader.selectFrom("report_jobs as j").select(["j.organization_id", "j.id", "j.attempts", "j.artifact"])
    .where("j.state", "in", ["pending", "running"]).where("j.deleted_at", "is", null)
    .where((of) => of.or([of("j.lease_until", "is", null), of("j.lease_until", "<=", BigInt(now))]));
  if (only !== undefined) {
    query = query.where("j.organization_id", "=", only.organization_id).where("j.id", "=", only.id);
  }
  const lastBegun = sql`coalesce((select max(o.started_at) from report_jobs as o
    where o.organization_id = j.organization_id), 0)`;
  const row = await query.orderBy(lastBegun).orderBy("j.created_at").orderBy("j.id").limit(1).executeTakeFirst();
  return row === undefined ? undefined : { ...row, attempts: Number(row.attempts) };
}

/** Begins a run of a report that waits; undefined when somebody else was quicker, or it was begun too often already. */
export async function beginReportRun(
  database: Database,
  { organization_id, id, attempts }: WaitingReport,
  { run_by, artifact, now }: { readonly run_by: string; readonly artifact: string; readonly now: number },
): Promise<ReportJob | undefined> {
  return await database.write(async (queries) => {
    const waiting = queries.updateTable("report_jobs")
      .where("organization_id", "=", organization_id).where("id", "=", id).where("deleted_at", "is", null)
      .where("attempts", "=", BigInt(attempts))
      .where((of) => of.or([of("lease_until", "is", null), of("lease_until", "<=", BigInt(now))]))
      .where("state", "in", ["pending", "running"]);
    if (attempts >= LIMITS.report_attempts) {
      const failure = `It was begun ${attempts} times, and each time its process ended before it was made`;
      const failed = { state: "failed", finished_at: now, failure_code: "failure", failure } as const;
      await waiting.set({ ...failed, run_by: null, lease_until: null }).execute();
      return undefined;
    }
    const lease_until = now + LIMITS.report_lease_ms;
    const row = await waiting
      .set({ state: "running", run_by, lease_until, artifact, started_at: now, attempts: attempts + 1 })
      .returningAll().executeTakeFirst();
    return row === undefined ? undefined : toReportJob(row, now);
  });
}

/** Says that a run goes on; false when the report is no longer its own. */
export async function renewReportLease(database: Database, run: ReportRun, now: number): Promise<boolean> {
  return await change(database, run, (of) => of.set({ lease_until: now + LIMITS.report_lease_ms }));
}

/** A file that was made. */
export interface MadeFile {
  readonly size_bytes: number;
  readonly sha256: string;
  readonly expires_at: number;
}

/** Ends a run whose file is there; false when the report is no longer its own, and the file nobody's. */
export async function completeReport(
  database: Database,
  run: ReportRun,
  file: MadeFile,
  now: number,
): Promise<boolean> {
  const { size_bytes, sha256, expires_at } = file;
  const made = { size_bytes, sha256, expires_at, finished_at: now };
  return await change(database, run, (of) => of.set({ ...made, state: "completed", run_by: null, lease_until: null }));
}

/** Ends a run that cannot succeed, with why. What it may have left of a file is swept. */
export async function failReport(
  database: Database,
  run: ReportRun,
  { code, detail, now }: { readonly code: string; readonly detail: string; readonly now: number },
): Promise<boolean> {
  const failed = { state: "failed", finished_at: now, failure_code: code, failure: detail } as const;
  return await change(database, run, (of) => of.set({ ...failed, run_by: null, lease_until: null }));
}

/** Ends a run that is to be begun again, by whoever removes what it left; one that was only interrupted is not counted. */
export async function returnReport(
  database: Database,
  run: ReportRun,
  { is_counted }: { readonly is_counted: boolean },
): Promise<boolean> {
  return await change(database, run, (of) => {
    const attempts = sql<bigint>`attempts - ${is_counted ? 0n : 1n}`;
    return of.set({ state: "pending", run_by: null, lease_until: null, attempts });
  });
}

type Update = ReturnType<typeof updateJobs>;

function updateJobs(queries: Queries) {
  return queries.updateTable("report_jobs");
}

async function change(
  database: Database,
  { organization_id, id, run_by }: ReportRun,
  set: (update: Update) => Update,
): Promise<boolean> {
  return await database.write(async (queries) => {
    const changed = await set(updateJobs(queries))
      .where("organization_id", "=", organization_id).where("id", "=", id).where("run_by", "=", run_by)
      .where("deleted_at", "is", null).returning("id").executeTakeFirst();
    return changed !== undefined;
  });
}

/** A report whose file, if it has one, is to be removed. */
export interface EndedReport extends ReportKey {
  readonly artifact: string | null;
  /** Whether it goes itself. */
  readonly is_over: boolean;
}

/** Reports at once that are swept: more wait for the next time. */
const SWEPT = 100;

/** Reports that were deleted or have expired and still have a file, and those that were remembered long enough. */
export async function listEndedReports({ reader }: Database, now: number): Promise<EndedReport[]> {
  const forgotten = BigInt(now - LIMITS.report_remembered_ms);
  const rows = await reader.selectFrom("report_jobs").select([
    "organization_id",
    "id",
    "artifact",
    "deleted_at",
    "state",
  ])
    .where((of) =>
      of.or([
        of("deleted_at", "is not", null),
        of.and([of("state", "=", "completed"), of("expires_at", "<=", BigInt(now))]),
        of.and([of("state", "in", ["expired", "failed"]), of("artifact", "is not", null)]),
        of.and([of("state", "=", "expired"), of("expires_at", "<=", forgotten)]),
        of.and([of("state", "=", "failed"), of("finished_at", "<=", forgotten)]),
      ])
    )
    // The file of one that was deleted while it was made is its run's to remove, until its lease has ended.
    .where((of) => of.or([of("lease_until", "is", null), of("lease_until", "<=", BigInt(now))]))
    .limit(SWEPT).execute();
  return rows.map(({ organization_id, id, artifact, deleted_at, state }) => ({
    organization_id,
    id,
    artifact,
    is_over: deleted_at !== null || (artifact === null && state !== "completed"),
  }));
}

/** Notes that the file of an ended report is gone; what was deleted, or remembered long enough, goes itself. */
export async function forgetReportFile(
  database: Database,
  { organization_id, id, is_over }: EndedReport,
): Promise<void> {
  await database.write(async (queries) => {
    if (is_over) {
      await queries.deleteFrom("report_jobs").where("organization_id", "=", organization_id).where("id", "=", id)
        .execute();
    } else {
      // Its bytes count no more; what it was is still told.
      const state = sql<ReportState>`case when state = 'completed' then 'expired' else state end`;
      await queries.updateTable("report_jobs").set({ state, artifact: null })
        .where("organization_id", "=", organization_id).where("id", "=", id).execute();
    }
  });
}

/** How many reports wait to be made, and how many are being made, of all organizations. */
export async function countOpenReports({ reader }: Database): Promise<Record<"pending" | "running", number>> {
  const rows = await reader.selectFrom("report_jobs").select((of) => ["state", of.fn.countAll<bigint>().as("count")])
    .where("state", "in", ["pending", "running"]).where("deleted_at", "is", null).groupBy("state").execute();
  const countOf = (wanted: ReportState) => Number(rows.find(({ state }) => state === wanted)?.count ?? 0);
  return { pending: countOf("pending"), running: countOf("running") };
}
