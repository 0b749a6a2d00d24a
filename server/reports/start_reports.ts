/**
 * Reports of a program that serves: who makes them, and the environment that tells of new ones.
 */

import type { Environment } from "../environment.ts";
import { ReportRunner, type RunnerParts } from "./report_runner.ts";
import { makeOnThreads, type ThreadPlace } from "./report_threads.ts";

const DAY_MS = 86_400_000;

/** What reports are made with. */
export interface ReportOptions extends ThreadPlace {
  readonly reports_keep_days: number;
  readonly tell: RunnerParts["tell"];
}

/** Makes a runner, which is still to be started, and the environment whose requests wake it. */
export function createReports(
  given: Environment,
  { reports_keep_days, tell, ...place }: ReportOptions,
): { readonly reports: ReportRunner; readonly environment: Environment } {
  const environment = { ...given, onReport: () => reports.wake() };
  const keep_ms = reports_keep_days * DAY_MS;
  const reports = new ReportRunner({ environment: given, makeFile: makeOnThreads(place), keep_ms, tell });
  return { reports, environment };
}
