/**
 * Anomalies of a server.
 */

import { ANOMALY_TABLES } from "../../core/anomaly/build_report.ts";
import { readJsonReport } from "../../core/report/formats/read_json.ts";
import { parseUsd } from "../../core/money.ts";
import type { Report } from "../../core/report/report.ts";
import type { AnomaliesInput } from "../../server/operations/anomalies.ts";
import type { KeptAcknowledgement } from "../../db/anomaly_acknowledgements.ts";
import type { AcknowledgeInput } from "../../server/operations/acknowledge_anomaly.ts";
import type { toWireAcknowledgement } from "../../server/wire/acknowledgement.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const findAnomalies: Binding<AnomaliesInput, Report> = {
  method: "get",
  path: "/forecast/anomalies",
  toRequest: (query) => ({ query }),
  fromAnswer: ({ text }) => readJsonReport(text, { tables: ANOMALY_TABLES }),
};

const acknowledgeAnomaly: Binding<AcknowledgeInput, KeptAcknowledgement> = {
  method: "post",
  path: "/forecast/anomalies/{id}/ack",
  toRequest: ({ id, ...query }) => ({ params: { id }, query, body: { verdict: "normal" } }),
  fromAnswer: ({ json }) => readAcknowledgement(json),
};

/** The filter is the query's and does not come back: nobody is told of it. */
function readAcknowledgement(
  { level_usd, direction, since, until, acknowledged_at, verdict: _, ...kept }: ReturnType<
    typeof toWireAcknowledgement
  >,
): KeptAcknowledgement {
  return {
    ...kept,
    filter: "",
    direction: direction === "above" ? 1 : -1,
    since: Date.parse(since),
    until: Date.parse(until),
    level: parseUsd(level_usd),
    acknowledged_at: Date.parse(acknowledged_at),
  };
}

/** Bindings of anomalies, by operation. */
export const ANOMALY_BINDINGS: Readonly<Record<string, AnyBinding>> = { findAnomalies, acknowledgeAnomaly };
