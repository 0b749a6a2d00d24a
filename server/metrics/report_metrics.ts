/**
 * Reports that are made as jobs: how many wait, and what became of their runs.
 */

import { countOpenReports } from "../../db/report_runs.ts";
import { RUN_OUTCOMES, type RunObserver } from "../reports/report_runner.ts";
import type { Meter } from "./meter.ts";
import type { MetricSources } from "./metrics.ts";

/** From a report of a few rows to the time that one may take. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

/** Counts and measures the runs of this process. */
export function countReportRuns(meter: Meter): RunObserver {
  const runs = meter.counter({
    name: "costops_report_runs_total",
    help: "Runs of report jobs in this process, by how they ended: returned ones are made again.",
    labels: ["outcome"],
  });
  const durations = meter.histogram({
    name: "costops_report_run_duration_seconds",
    help: "Time of a run of a report job, however it ended.",
    labels: [],
    buckets: BUCKETS,
  });
  for (const outcome of RUN_OUTCOMES) runs({ outcome }, 0);
  return ({ outcome, duration_ms }) => {
    runs({ outcome }, 1);
    durations({}, duration_ms / 1000);
  };
}

/** Adds what waits. Where the database does not answer it is absent, and the other metrics are there all the same. */
export function gaugeReports(meter: Meter, { database }: MetricSources["environment"]): void {
  meter.observe({
    type: "gauge",
    name: "costops_report_jobs",
    help: "Report jobs of the database that wait to be made or are being made, by whichever process.",
    labels: ["state"],
    read: async () => {
      const found = await countOpenReports(database).catch(() => undefined);
      if (found === undefined) return [];
      return Object.entries(found).map(([state, value]) => ({ labels: { state }, value }));
    },
  });
}
