/**
 * Reports, trends and comparisons of a server.
 */

import { moverColumns } from "../../core/analytics/movers.ts";
import { parseDimension } from "../../core/analytics/parse_query.ts";
import { readJsonReport } from "../../core/report/formats/read_json.ts";
import type { Report } from "../../core/report/report.ts";
import type { ComparisonInput } from "../../server/operations/analytics.ts";
import type { ReportInput } from "../../server/operations/reports.ts";
import type { TrendsInput } from "../../server/operations/trends.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const makeReport: Binding<ReportInput, Report> = {
  method: "get",
  path: "/costs/aggregate",
  toRequest: (query) => ({ query }),
  fromAnswer: ({ text }) => readJsonReport(text),
};

const readTrends: Binding<TrendsInput, Report> = {
  method: "get",
  path: "/costs/trends",
  toRequest: (query) => ({ query }),
  fromAnswer: ({ text }, { movers_by = "model" }) =>
    readJsonReport(text, { tables: { movers: moverColumns(parseDimension(movers_by)) } }),
};

const compareProviders: Binding<ComparisonInput, Report> = {
  method: "get",
  path: "/analytics/providers",
  toRequest: (query) => ({ query }),
  fromAnswer: ({ text }) => readJsonReport(text),
};

const compareModels: Binding<ComparisonInput, Report> = { ...compareProviders, path: "/analytics/models" };

/** Bindings of what answers with a report, by operation. */
export const REPORT_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  makeReport,
  readTrends,
  compareProviders,
  compareModels,
};
