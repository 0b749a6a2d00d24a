/**
 * Usage coming in over HTTP: one record, a batch, a stream.
 */

import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../core/limits.ts";
import { readInput } from "../../core/usage/reader.ts";
import { addOutcomes, EMPTY_SUMMARY, type IngestSummary } from "../../core/usage/summary.ts";
import { isForwarded } from "../http/address.ts";
import { decodeText } from "../http/json_body.ts";
import { ingestUsage } from "../operations/ingest.ts";
import { ingestBatch } from "../operations/ingest_batch.ts";
import { ingestRecord } from "../operations/ingest_record.ts";
import { toWireOutcome } from "../wire/outcome.ts";
import { toWirePrice } from "../wire/price.ts";
import { bytesBody, streamBody } from "./body.ts";
import { chargeRecords, readBatch } from "./ingest_input.ts";
import { writeOutcomes } from "./outcome_stream.ts";
import { Written } from "./reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { BatchResult, IngestSummary as SummarySchema, RecordOutcome, RecordResult } from "./schemas/outcomes.ts";
import { UsageInput } from "./schemas/usage_record.ts";

const tag = "Usage";
const SETTINGS = { source: "api", defaults: {} } as const;

const single = defineRoute({
  method: "post",
  path: "/usage",
  summary: "Send a usage record",
  description: "A canonical record, or a provider's own response body: the format is told by the fields. " +
    "The record's id makes sending it again safe.",
  tag,
  body: bytesBody({ "application/json": UsageInput }, { limit: "single" }),
  replies: {
    200: {
      description: "It was stored before, or takes the place of an earlier state of itself",
      schema: RecordResult,
    },
    201: { description: "It is stored", schema: RecordResult },
  },
  problems: [409],
  operation: ingestRecord,
  read: ({ body }) => ({ ...SETTINGS, text: decodeText(body) }),
  write: ({ outcome, price }) => {
    const { index: _index, cost_usd = null, ...rest } = toWireOutcome(outcome);
    return {
      status: outcome.outcome === "inserted" ? 201 : 200,
      body: { ...rest, cost_usd, currency: "USD", price: price === null ? null : toWirePrice(price) },
      outcomes: [outcome],
    };
  },
});

/** Ways in which many records are laid out. */
const LAYOUTS = {
  "application/json": z.array(UsageInput),
  "application/x-ndjson": z.string().describe("A record a line."),
  "application/ndjson": z.string().describe("A record a line."),
  "application/jsonl": z.string().describe("A record a line."),
  "text/csv": z.string().describe("A record a row, columns named as the fields of a record."),
};

const batch = defineRoute({
  method: "post",
  path: "/usage/batch",
  summary: `Send up to ${LIMITS.batch_records} usage records`,
  description: "In one transaction. The good are stored and the bad come back by index; with mode=atomic all are " +
    "stored, or none. It takes 1 of the rate limit, and 1 more for each 100 records.",
  tag,
  query: z.strictObject({ mode: z.enum(["partial", "atomic"]).default("partial") }),
  body: bytesBody(LAYOUTS, { limit: "batch" }),
  replies: {
    200: { description: "All were stored before", schema: BatchResult },
    201: { description: "All are stored", schema: BatchResult },
    207: { description: "What became of each", schema: BatchResult },
    422: { description: "None could be stored", schema: BatchResult },
  },
  problems: [409],
  operation: ingestBatch,
  read: async (request) => ({
    ...SETTINGS,
    items: await readBatch(request),
    is_atomic: request.query.mode === "atomic",
  }),
  write: (output) => {
    const outcomes = output.map(({ outcome }) => outcome);
    const summary = addOutcomes(EMPTY_SUMMARY, outcomes);
    return { status: statusOf(summary), body: { summary, results: outcomes.map(toWireOutcome) }, outcomes };
  },
});

function statusOf({ read, inserted, updated, duplicate }: IngestSummary): number {
  if (read > 0 && inserted === read) return 201;
  if (inserted + updated + duplicate === read && inserted === 0) return 200;
  return inserted + updated + duplicate === 0 ? 422 : 207;
}

const stream = defineRoute({
  method: "post",
  path: "/usage/stream",
  summary: "Send usage records without end",
  description:
    "The answer begins at once (behind a proxy when the body has ended, since proxies take an answer for the " +
    "end of the request) and is NDJSON: a line for every record that is not newly stored, then " +
    '`{"summary": …}`. The server reads on while you have not read, up to ' +
    `${LIMITS.stream_outcomes} outcomes, then it waits for you. A body from which nothing comes for ` +
    `${LIMITS.body_ms / 1000} s ends with a line \`{"problem": …}\` before the summary; so does every other failure. ` +
    "Records take 1 of the rate limit for each 100: when there is no more, reading waits.",
  tag,
  body: streamBody(LAYOUTS),
  replies: {
    200: {
      description: "Outcomes, then the summary",
      content_type: "application/x-ndjson",
      schema: z.union([RecordOutcome, z.object({ summary: SummarySchema }), z.object({ problem: z.unknown() })]),
    },
  },
  operation: ingestUsage,
  read: (request) => ({
    ...SETTINGS,
    items: chargeRecords(readInput(request.body), request),
    is_dry_run: false,
    wants_stored_costs: true as const,
  }),
  write: async (output, { request_id, headers }) => {
    const { lines, held, ended } = writeOutcomes(output, request_id);
    // nginx sends no more of a body once its answer has begun.
    if (isForwarded(headers)) await held;
    return { status: 200, body: new Written("application/x-ndjson", lines), ended };
  },
});

/** Routes of usage coming in. */
export const INGEST_ROUTES: readonly Route[] = [single, batch, stream];
