/**
 * Makes, lists, takes and deletes reports that are kept.
 */

import { createHash } from "node:crypto";
import { CostopsError } from "../core/error.ts";
import type { FileFormat } from "../core/report/format.ts";
import { LIMITS } from "../core/limits.ts";
import type { ReportJob } from "../db/report_jobs.ts";
import {
  dropReport,
  type MadeReport,
  readReport,
  readReports,
  requestReport,
  takeReport,
} from "../server/operations/report_jobs.ts";
import { readReportType } from "../server/operations/report_makers.ts";
import { createReports } from "../server/reports/start_reports.ts";
import { toWireReportJob } from "../server/wire/report_job.ts";
import { askFirst } from "./ask.ts";
import { toSecond, writeGrid } from "./grid.ts";
import type { CommonOptions } from "./options.ts";
import { openOutput, type Output } from "./output.ts";
import type { Shell } from "./run.ts";
import { isLocal, keptFiles, type LocalSession, type Session, withSession } from "./session.ts";
import { showControls } from "./terminal.ts";

/** The flags of `reports create`. */
export interface CreateReportOptions extends CommonOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tz?: string;
  readonly filter?: readonly string[];
  readonly groupBy?: readonly string[];
  readonly columns?: readonly string[];
  readonly format: FileFormat;
  readonly wait: boolean;
  readonly json?: true;
}

/** How often is looked whether somebody else has made a report. */
const LOOK_MS = 500;

/** Answers `costops reports create`: the id alone on stdout, so that it can be caught. */
export async function createReport(type: string, options: CreateReportOptions, { terminal }: Shell): Promise<void> {
  const report_type = readReportType(type);
  const job = await withSession(options, async (session) => {
    const { since, until, filter, groupBy: group_by, columns, format } = options;
    const query = { since, until, tz: session.config.tz.value, filter, group_by, columns };
    const asked = await session.perform(requestReport, { report_type, format, query });
    if (!options.wait) return asked;
    if (isLocal(session)) await makeHere(session, asked);
    return await waitFor(session, asked.id);
  }, { isReading: true });
  terminal.out(options.json ? `${JSON.stringify(toWireReportJob(job), null, 2)}\n` : `${job.id}\n`);
  if (job.failure !== null) throw new CostopsError("report_failed", `Cannot make this report: ${job.failure.detail}`);
  if (options.quiet) return;
  const state = job.state === "completed"
    ? `Made the report ${job.id}: ${job.size_bytes} bytes`
    : `Asked for ${job.id}`;
  terminal.note(`${state}; costops reports download ${job.id} takes it`);
}

/** Makes a report of a database, unless a server of it is quicker. */
async function makeHere({ config, local }: LocalSession, { organization_id, id }: ReportJob): Promise<void> {
  const { reports } = createReports(local.environment, {
    database_url: config.database_url.value,
    reports_folder: config.reports_folder.value,
    reports_keep_days: config.reports_keep_days.value,
    tell: (_message, { error }) => {
      throw error;
    },
  });
  await reports.runNext({ organization_id, id });
}

async function waitFor(session: Session, id: string): Promise<ReportJob> {
  while (true) {
    const job = await session.perform(readReport, { id });
    if (job.state !== "pending" && job.state !== "running") return job;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Answers `costops reports list`. */
export async function listReports(options: CommonOptions & { readonly json?: true }, { terminal }: Shell) {
  const jobs = await withSession(options, async (session) => {
    const found = await session.perform(readReports, { limit: LIMITS.reports });
    return found.data;
  }, { isReading: true });
  const wire = jobs.map(toWireReportJob);
  if (options.json) return terminal.out(`${JSON.stringify({ data: wire }, null, 2)}\n`);
  const header = ["id", "type", "format", "status", "bytes", "created", "expires"];
  const rows = wire.map(({ id, report_type, format, status, size_bytes, created_at, expires_at }) =>
    [id, report_type, format, status, size_bytes ?? "", toSecond(created_at), toSecond(expires_at ?? "")].map(String)
  );
  terminal.out(writeGrid(header, rows, header.map((name) => name === "bytes" ? "right" : "left")));
}

/** Answers `costops reports get`. */
export async function showReport(id: string, options: CommonOptions & { readonly json?: true }, { terminal }: Shell) {
  const job = await withSession(options, (session) => session.perform(readReport, { id }), { isReading: true });
  const wire = toWireReportJob(job);
  if (options.json) return terminal.out(`${JSON.stringify(wire, null, 2)}\n`);
  const rows = Object.entries(wire).map((
    [name, value],
  ) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]);
  terminal.out(writeGrid(["field", "value"], rows, ["left", "left"]));
}

/** How often a download is gone on with. */
const TRIES = 5;

/** Answers `costops reports download`: the file is there whole and as it was made, or not at all. */
export async function downloadReport(
  id: string,
  options: CommonOptions & { readonly output?: string },
  { terminal }: Shell,
): Promise<void> {
  const isForReading = terminal.isInteractive && (options.output ?? "-") === "-";
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    await withSession(options, async (session) => {
      const report = await session.perform(takeReport, { id });
      if (report.format === "xlsx" && isForReading) {
        throw new CostopsError("usage", "Cannot show xlsx on a terminal: name a file with --output");
      }
      await copy(report, output.write);
    }, { isReading: true });
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

/** Copies a file piece by piece, and on from where it broke off. */
async function copy(report: MadeReport, write: Output["write"]): Promise<void> {
  const hash = createHash("sha256");
  const size = report.size_bytes;
  let at = 0;
  let fault: unknown;
  for (let tries = 1; tries === 1 || (at < size && tries <= TRIES); tries++) {
    const reader = (await report.open({ start: at, end: size })).getReader();
    while (true) {
      const next = await reader.read().catch((error) => void (fault = error));
      if (next?.value === undefined) break;
      at += next.value.length;
      hash.update(next.value);
      write(next.value);
    }
  }
  if (at < size) {
    if (fault instanceof CostopsError) throw fault;
    throw new CostopsError("temporary", `Cannot take the report ${report.id}: the connection was lost; try again`, {
      cause: fault,
    });
  }
  if (at === size && hash.digest("hex") === report.sha256) return;
  throw new CostopsError(
    "storage_failure",
    `Cannot take the report ${report.id}: its file is not the one that was made`,
  );
}

/** Answers `costops reports delete`. */
export async function deleteReport(
  id: string,
  options: CommonOptions & { readonly yes?: true },
  { terminal }: Shell,
): Promise<void> {
  await withSession(options, async (session) => {
    const job = await session.perform(readReport, { id });
    askFirst(`Delete the report ${showControls(id)} (${job.file_name})?`, { yes: options.yes, terminal });
    await session.perform(dropReport, { id });
  }, { isReading: true });
  if (!options.quiet) terminal.note(`Deleted the report ${showControls(id)}`);
}
