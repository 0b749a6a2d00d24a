/**
 * Records that the command line read, over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { parsePlainJson } from "../../core/usage/json_text.ts";
import { addOutcomes, EMPTY_SUMMARY } from "../../core/usage/summary.ts";
import { decodeText } from "../http/json_body.ts";
import { validate } from "../http/validate.ts";
import { IMPORT_SOURCES, importRecords } from "../operations/imports.ts";
import { toWireOutcome } from "../wire/outcome.ts";
import { bytesBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import { IngestSummary, RecordOutcome } from "./schemas/outcomes.ts";
import { Name, OrganizationId, ServiceTier } from "./schemas/values.ts";

const Defaults = z.strictObject({
  provider: Name.optional(),
  project: Name.optional(),
  user: Name.optional(),
  environment: Name.optional(),
  session: Name.optional(),
  service_tier: ServiceTier.optional(),
  region: Name.optional(),
  timestamp: z.int().optional().describe("Milliseconds since 1970 UTC."),
  tags: z.record(z.string(), z.string()).optional(),
}).describe("What is filled in where a record says nothing.");

const ImportRequest = z.strictObject({
  organization_id: OrganizationId.optional(),
  source: z.enum(IMPORT_SOURCES),
  defaults: Defaults.default({}),
  dry_run: z.boolean().default(false).describe("Nothing is stored; outcomes are what they would be."),
  records: z.array(z.unknown()).min(1).max(LIMITS.batch_records).describe(
    "Records as the command line writes them; the form goes with the version of the program.",
  ),
}).meta({ id: "ImportRequest" });

const ImportResult = z.object({
  summary: IngestSummary,
  results: z.array(RecordOutcome.and(z.object({
    quality: z.array(z.string()).optional().describe("What was noticed of a record that was stored."),
  }))),
}).meta({ id: "ImportResult" });

/** Records for 1 of the rate limit, as of a batch. */
const RECORDS_FOR_ONE = 100;

const send = defineRoute({
  method: "post",
  path: "/imports",
  summary: "Send records that were read elsewhere",
  description: "What `costops ingest --server` and `costops import --server` use: records of logs and exports, read " +
    "on the machine where these are, with what makes them the same records on every way in. For anything else there " +
    "is /usage/batch. Nothing is taken on trust: every field is checked, and content that does not have the hash " +
    "that is said is refused.",
  tag: "Usage",
  body: bytesBody({ "application/json": ImportRequest }, { limit: "batch" }),
  replies: { 200: { description: "What became of each", schema: ImportResult } },
  operation: importRecords,
  read: async ({ body, charge }) => {
    const { dry_run, ...batch } = validate(ImportRequest, parse(body), "");
    await charge(Math.floor(batch.records.length / RECORDS_FOR_ONE));
    return { ...batch, is_dry_run: dry_run };
  },
  write: (output) => {
    const outcomes = output.map(({ outcome }) => outcome);
    const summary = addOutcomes(EMPTY_SUMMARY, outcomes);
    const results = output.map(({ outcome, record }) => ({
      ...toWireOutcome(outcome),
      ...(record === undefined || record.quality.length === 0 ? {} : { quality: record.quality }),
    }));
    return { status: 200, body: { summary, results }, outcomes };
  },
});

/** Unknown fields of a record may be nested as deep as those of any input. */
function parse(body: Uint8Array): unknown {
  try {
    const value = parsePlainJson(decodeText(body));
    requireFewFields(value);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CostopsError("unreadable", "Cannot read this body as JSON");
  }
}

/** Every field may be at fault, and a fault is larger than the field: too many are refused before one is looked at. */
function requireFewFields(value: unknown): void {
  const defaults = readField(value, "defaults");
  for (const fields of [value, defaults, readField(defaults, "tags")]) {
    if (typeof fields !== "object" || fields === null || Object.keys(fields).length <= MOST_FIELDS) continue;
    throw new CostopsError("too_large", `Cannot take more than ${MOST_FIELDS} fields beside the records`);
  }
}

/** More than there are, and more than tags may be. */
const MOST_FIELDS = 4 * LIMITS.tags;

function readField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Routes of imports. */
export const IMPORT_ROUTES: readonly Route[] = [send];
