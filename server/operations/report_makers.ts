/**
 * The table of report types: what each is called, what its maker must hold, and how it is made.
 */

import type { Permission, Principal } from "../../core/access.ts";
import type { CostQuery } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import { findNearest } from "../../core/nearest.ts";
import { type FileFormat, FOCUS_FORMAT, REPORT_FORMATS, type ReportFormat } from "../../core/report/format.ts";
import type { Report } from "../../core/report/report.ts";
import type { ReportStream } from "../../core/report/report_rows.ts";
import { parseRange, parseTimeZone } from "../../core/time.ts";
import type { Environment } from "../environment.ts";
import { readForecastPeriod } from "../forecast/question.ts";
import { reportBudgets } from "./budget_status.ts";
import { forecastCost, toForecastQuestion } from "./forecasts.ts";
import { findAnomalies, readAnomalyQuery } from "./anomalies.ts";
import { parseFocusQuery, writeFocus } from "./focus.ts";
import { buildReport, readReportQuery, type ReportInput, streamCosts } from "./reports.ts";

/** What a report is asked, as it was written. */
export type ReportTexts = Omit<ReportInput, "type">;

/** A report to be made. */
export interface Making {
  readonly environment: Environment;
  readonly principal: Principal;
  readonly query: ReportTexts;
  /** When it was asked for, which `7d` and `this-month` count from; milliseconds since 1970 UTC. */
  readonly asked_at: number;
}

/** What a report is over; it names the file. */
export type Period = Pick<CostQuery, "range" | "tz">;

/** One type of reports. */
export interface ReportMaker {
  /** What its maker must hold: a report is no way around what its figures are read with. */
  readonly permission: Permission;
  /** Reads the period, before anything is made. Fails with `invalid` on a query that cannot be read. */
  readonly check: (making: Omit<Making, "environment">) => Period;
  /** Makes it whole. */
  readonly make: (making: Making) => Promise<Report>;
  /** Gives it as its rows come, for the formats that are written so; absent where it is always small. */
  readonly stream?: (making: Making, take: (report: ReportStream) => Promise<void>) => Promise<void>;
}

/** Every type by its name. */
export const REPORT_MAKERS = {
  cost: ofCosts("cost"),
  usage: ofCosts("usage"),
  summary: {
    permission: "cost:read",
    check: (making) => readQuery("summary", making),
    make: (making) => build("summary", making),
  },
  forecast: {
    permission: "forecast:read",
    check: ({ principal, query, asked_at }) => readForecastPeriod(principal, toForecastQuestion(query), asked_at),
    make: ({ environment, principal, query }) => forecastCost.handle(environment, principal, toForecastQuestion(query)),
  },
  budget: {
    permission: "budget:read",
    check: ({ query, asked_at }) => readBudgetDay(query, asked_at),
    make: ({ environment, principal, query: { organization_id } }) =>
      reportBudgets.handle(environment, principal, { organization_id }),
  },
  anomaly: {
    permission: "forecast:read",
    check: ({ principal, query, asked_at }) => readAnomalyQuery(principal, query, asked_at).query,
    make: ({ environment, principal, query }) => findAnomalies.handle(environment, principal, query),
  },
} as const satisfies Readonly<Record<string, ReportMaker>>;

/** The name of a type. */
export type ReportTypeName = keyof typeof REPORT_MAKERS;

/** Finds a type by its name. Fails with `invalid`, naming the nearest one. */
export function readReportType(name: string): ReportTypeName {
  if (Object.hasOwn(REPORT_MAKERS, name)) return name as ReportTypeName;
  const names = Object.keys(REPORT_MAKERS);
  const nearest = findNearest(name, names);
  const hint = nearest === undefined ? `write one of ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new CostopsError("invalid", `Cannot make a report of ${JSON.stringify(name.slice(0, 64))}: ${hint}`);
}

/** What a file of a format is called and sent as. */
export function describeFormat(format: FileFormat): { readonly extension: string; readonly content_type: string } {
  return format === "focus" ? FOCUS_FORMAT : REPORT_FORMATS[format];
}

/** A file to be made. */
export interface FileMaking extends Making {
  readonly type: ReportTypeName;
  readonly format: FileFormat;
}

/** Takes a piece of a file. */
export type WritePiece = (piece: string | Uint8Array) => void | Promise<void>;

/** Reads the period of a file before anything is made. Fails with `invalid` on one that cannot be made. */
export function checkFile({ type, format, ...making }: Omit<FileMaking, "environment">): Period {
  if (format !== "focus") return REPORT_MAKERS[type].check(making);
  if (type !== "cost" || (making.query.columns ?? []).length > 0) {
    const detail = type === "cost" ? "focus has no columns: each unit is a row" : "focus is a format of costs";
    throw new CostopsError("invalid", `Cannot make this report: ${detail}`, {
      issues: [{ pointer: type === "cost" ? "/columns" : "/format", detail }],
    });
  }
  return parseFocusQuery(making.principal, making.query, making.asked_at);
}

/** Makes a file and gives its pieces to `write`. Fails as its type does, and as `write` does. */
export async function writeFile({ type, format, ...making }: FileMaking, write: WritePiece): Promise<void> {
  if (format === "focus") {
    const query = parseFocusQuery(making.principal, making.query, making.asked_at);
    await writeFocus(making.environment, query, write);
    return;
  }
  const maker: ReportMaker = REPORT_MAKERS[type];
  const { load, loadStream }: ReportFormat = REPORT_FORMATS[format];
  if (maker.stream !== undefined && loadStream !== undefined) {
    const writeRows = await loadStream();
    return await maker.stream(making, async (report) => {
      for await (const piece of writeRows(report)) await write(piece);
    });
  }
  const report = await maker.make(making);
  const writeReport = await load();
  for await (const piece of writeReport(report)) await write(piece);
}

function ofCosts(type: "cost" | "usage"): ReportMaker {
  return {
    permission: "cost:read",
    check: (making) => readQuery(type, making),
    make: (making) => build(type, making),
    stream: (making, take) => {
      const { environment } = making;
      return streamCosts(environment, { type, query: readQuery(type, making), now: environment.now() }, take);
    },
  };
}

/** Budgets stand as they do on the day of the report. Fails with `invalid` on a period or filter, which each has its own of. */
function readBudgetDay({ tz: zone = "UTC", organization_id: _, ...texts }: ReportTexts, asked_at: number): Period {
  const used = Object.entries(texts).find(([, value]) => value !== undefined);
  if (used !== undefined) {
    const detail = "each budget has its own period and filter: leave it out";
    throw new CostopsError("invalid", `Cannot report budgets with ${used[0]}: ${detail}`, {
      issues: [{ pointer: `/${used[0]}`, detail }],
    });
  }
  const tz = parseTimeZone(zone);
  return { range: parseRange({ since: "today", tz }, asked_at), tz };
}

function build(type: ReportInput["type"], making: Making): Promise<Report> {
  const { environment } = making;
  return buildReport(environment, { type, query: readQuery(type, making), now: environment.now() });
}

function readQuery(type: ReportInput["type"], { principal, query, asked_at }: Omit<Making, "environment">) {
  return readReportQuery(principal, { ...query, type }, asked_at);
}
