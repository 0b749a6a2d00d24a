/**
 * Makes the reports that wait, one at a time in each process, and clears away those that have ended.
 */

import { CostopsError, type ErrorKind } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { type ReportJob, type ReportKey, sumReportBytes } from "../../db/report_jobs.ts";
import {
  beginReportRun,
  completeReport,
  failReport,
  findWaitingReport,
  forgetReportFile,
  listEndedReports,
  renewReportLease,
  type ReportRun,
  returnReport,
} from "../../db/report_runs.ts";
import type { Environment } from "../environment.ts";
import type { MadeBytes } from "./make_file.ts";
import type { MakeFile } from "./report_threads.ts";

/** How often is looked for reports of other processes, and for those whose process has ended. */
const LOOK_MS = 1_000;
/** How often is looked for reports that have ended. */
const SWEEP_MS = 60_000;
/** How long a process that is to end waits for the report that it makes. */
const GRACE_MS = 2_000;
/** After a failure of the database. */
const AGAIN_MS = 5_000;

/** What a runner works with. */
export interface RunnerParts {
  readonly environment: Environment;
  readonly makeFile: MakeFile;
  /** How long a file is kept. */
  readonly keep_ms: number;
  /** Told of what an operator should hear of. */
  readonly tell: (message: string, about: Readonly<Record<string, unknown>>) => void;
  /** How long a runner that is to end waits for the report that it makes. */
  readonly grace_ms?: number;
  /** Told of every run that has ended. */
  readonly onRun?: RunObserver;
}

/** What becomes of a run: its report is made, has failed, is to be made again, or was another's or deleted meanwhile. */
export const RUN_OUTCOMES = ["completed", "failed", "returned", "lost"] as const;

/** Told how a run ended, and how long it took. */
export type RunObserver = (run: {
  readonly outcome: (typeof RUN_OUTCOMES)[number];
  readonly duration_ms: number;
}) => void;

type RunOutcome = Parameters<RunObserver>[0]["outcome"];

/** Why a run ends before its file is made. */
class RunEnded extends Error {
  constructor(readonly cause_of_end: "stopping" | "lost" | "too slow") {
    super(`the run of a report was ended: ${cause_of_end}`);
  }
}

/** Runs reports. */
export class ReportRunner {
  readonly #parts: RunnerParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working: Promise<void> | undefined;
  #run: AbortController | undefined;
  #sweptAt = -Infinity;
  #isStopped = false;
  #isCut = false;
  #isWoken = false;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Begins to look for reports, from now on until it is stopped. */
  start(): void {
    this.#plan(0);
  }

  /** Looks at once: there is a new report. */
  wake(): void {
    this.#isWoken = true;
    if (this.#working === undefined) this.#plan(0);
  }

  /** Makes one report that waits, whichever is next or the one that is named; false when there is none. */
  async runNext(only?: ReportKey): Promise<boolean> {
    const { environment } = this.#parts;
    const { database } = environment;
    const waiting = await findWaitingReport(database, { now: environment.now(), only });
    if (waiting === undefined) return false;
    const { organization_id, id, artifact } = waiting;
    if (artifact !== null) await environment.artifacts.remove({ organization_id, artifact });
    const begun = { run_by: environment.newId(), artifact: environment.newId(), now: environment.now() };
    const job = await beginReportRun(database, waiting, begun);
    if (job !== undefined) await this.#make(job, { organization_id, id, run_by: begun.run_by });
    return true;
  }

  /** Removes the files of reports that were deleted or have expired. */
  async sweep(): Promise<void> {
    const { database, artifacts, now } = this.#parts.environment;
    for (const ended of await listEndedReports(database, now())) {
      const { organization_id, artifact } = ended;
      if (artifact !== null) await artifacts.remove({ organization_id, artifact });
      await forgetReportFile(database, ended);
    }
  }

  /** Lets the report that is being made end when that is soon, else leaves it to be made again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      this.#isCut = true;
      this.#run?.abort(new RunEnded("stopping"));
    }, this.#parts.grace_ms ?? GRACE_MS);
    await this.#working;
    clearTimeout(timer);
  }

  #plan(wait_ms: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#working = this.#work().then((wait) => {
        this.#working = undefined;
        this.#plan(this.#isWoken ? 0 : wait);
      });
    }, wait_ms);
  }

  /** Does what is to be done; how long to wait before looking again. */
  async #work(): Promise<number> {
    this.#isWoken = false;
    try {
      const now = this.#parts.environment.now();
      if (now - this.#sweptAt >= SWEEP_MS) {
        this.#sweptAt = now;
        await this.sweep();
      }
      return await this.runNext() ? 0 : LOOK_MS;
    } catch (error) {
      // The database is away, or its disk is full: whoever asks for a report is told by their own request.
      this.#parts.tell("reports cannot be made now", { error });
      return AGAIN_MS;
    }
  }

  async #make(job: ReportJob, run: ReportRun): Promise<void> {
    const { environment, makeFile, keep_ms, onRun } = this.#parts;
    const { database, now, artifacts } = environment;
    const began = performance.now();
    let outcome: RunOutcome = "lost";
    const { organization_id, artifact } = { ...job, artifact: job.artifact! };
    const controller = this.#run = new AbortController();
    // One that was looked for when the time was over is not made at all.
    if (this.#isCut) controller.abort(new RunEnded("stopping"));
    const limit = setTimeout(() => controller.abort(new RunEnded("too slow")), LIMITS.report_ms);
    const renewing = setInterval(() => this.#renew(run, controller), LIMITS.report_lease_ms / 3);
    try {
      const used = await sumReportBytes(database.reader, organization_id);
      const most_bytes = Math.min(LIMITS.report_bytes, Math.max(0, LIMITS.reports_bytes - used));
      const made = await makeFile({ ...job, artifact, most_bytes }, controller.signal);
      const file = { ...pickMade(made), expires_at: now() + keep_ms };
      if (await completeReport(database, run, file, now())) outcome = "completed";
      else await artifacts.remove({ organization_id, artifact });
    } catch (error) {
      await artifacts.remove({ organization_id, artifact });
      outcome = await this.#end(run, error, job.attempts);
    } finally {
      onRun?.({ outcome, duration_ms: performance.now() - began });
      clearTimeout(limit);
      clearInterval(renewing);
      this.#run = undefined;
    }
  }

  async #renew(run: ReportRun, controller: AbortController): Promise<void> {
    const { environment, tell } = this.#parts;
    try {
      if (await renewReportLease(environment.database, run, environment.now())) return;
      controller.abort(new RunEnded("lost"));
    } catch (error) {
      // The lease is longer than a few of these.
      tell("a report's lease was not renewed", { id: run.id, error });
    }
  }

  /** Notes that a run has failed, or that the report is to be made again. */
  async #end(run: ReportRun, error: unknown, attempts: number): Promise<RunOutcome> {
    const { environment: { database, now }, tell } = this.#parts;
    const fail = async (code: ErrorKind, detail: string) => {
      await failReport(database, run, { code, detail, now: now() });
      return "failed" as const;
    };
    const giveBack = async (is_counted: boolean) => {
      await returnReport(database, run, { is_counted });
      return "returned" as const;
    };
    if (error instanceof RunEnded) {
      if (error.cause_of_end === "lost") return "lost";
      if (error.cause_of_end === "stopping") return await giveBack(false);
      const minutes = LIMITS.report_ms / 60_000;
      return await fail("too_slow", `It took longer than ${minutes} minutes: ask for a shorter period`);
    }
    const isExpected = error instanceof CostopsError && !FAULTS.includes(error.kind);
    if (isExpected) return await fail(error.kind, error.message);
    tell("a report was not made", { id: run.id, attempts, error });
    if (attempts < LIMITS.report_attempts) return await giveBack(true);
    // What went wrong inside is for the log alone.
    return await fail("failure", `It was begun ${attempts} times and failed each time; the server's log says more`);
  }
}

/** What may be over when it is tried again, or is a bug. */
const FAULTS: readonly ErrorKind[] = ["failure", "temporary", "storage_full", "storage_failure"];

function pickMade({ size_bytes, sha256 }: MadeBytes): MadeBytes {
  return { size_bytes, sha256 };
}
