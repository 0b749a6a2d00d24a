/**
 * Anomalies of a server.
 */

import { ANOMALY_TABLES } from "../../core/anomaly/build_report.ts";
import { readJsonReport } from "../../core/report/formats/read_json.ts";
import type { Report } from "../../core/report/report.ts";
import type { AnomaliesInput } from "../../server/operations/anomalies.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const findAnomalies: Binding<AnomaliesInput, Report> = {
  method: "get",
  path: "/forecast/anomalies",
  toRequest: (query) => ({ query }),
  fromAnswer: ({ text }) => readJsonReport(text, { tables: ANOMALY_TABLES }),
};

/** Bindings of anomalies, by operation. */
export const ANOMALY_BINDINGS: Readonly<Record<string, AnyBinding>> = { findAnomalies };
