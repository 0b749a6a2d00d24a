/**
 * Reports of a program that serves: who makes them, and the environment that tells of new ones.
 */

import type { Environment } from "../environment.ts";
import { ReportRunner, type RunnerParts } from "./report_runner.ts";
import { type MakeFile, makeOnThreads, type ThreadPlace } from "./report_threads.ts";

const DAY_MS = 86_400_000;

/** What reports are made with. */
export interface ReportOptions extends ThreadPlace {
  readonly reports_keep_days: number;
  readonly tell: RunnerParts["tell"];
  readonly onRun?: RunnerParts["onRun"];
  /** Makes files instead of threads, which open the database by its address. */
  readonly makeFile?: MakeFile;
}

/** Makes a runner, which is still to be started, and the environment whose requests wake it. */
export function createReports(
  given: Environment,
  { reports_keep_days, tell, onRun, makeFile, database_url, reports_folder }: ReportOptions,
): { readonly reports: ReportRunner; readonly environment: Environment } {
  const environment = { ...given, onReport: () => reports.wake() };
  const keep_ms = reports_keep_days * DAY_MS;
  const reports = new ReportRunner({
    environment: given,
    makeFile: makeFile ?? makeOnThreads({ database_url, reports_folder }),
    keep_ms,
    tell,
    onRun,
  });
  return { reports, environment };
}
