/**
 * Reports as jobs on the wire.
 */

import { z } from "@hono/zod-openapi";
import { DIMENSIONS } from "../../../core/analytics/query.ts";
import { FILE_FORMATS } from "../../../core/report/format.ts";
import { LIMITS } from "../../../core/limits.ts";
import { REPORT_STATES } from "../../../db/report_tables.ts";
import { REPORT_MAKERS, type ReportTypeName } from "../../operations/report_makers.ts";
import { FILTER_FIELDS, GROUP_FIELDS, RANGE_FIELDS } from "./queries.ts";
import { Instant, OrganizationId, orNull } from "./values.ts";

const Text = z.string().max(LIMITS.text_characters);

/** A list, or a text that stands for a list of one: `"model,day"` is read as a query parameter is. */
function oneOrMore(description: string | undefined) {
  const list = z.union([z.array(Text).max(LIMITS.filter_values), Text.transform((text) => [text])]).optional();
  return description === undefined ? list : list.describe(description);
}

const lists = (fields: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, oneOrMore(field.description)]));

type Lists<Fields> = { readonly [Name in keyof Fields]: ReturnType<typeof oneOrMore> };

const FILTERS = lists(FILTER_FIELDS) as Lists<typeof FILTER_FIELDS>;
const GROUPS = lists(GROUP_FIELDS) as Lists<typeof GROUP_FIELDS>;
const { organization_id: _organization, tz, ...RANGE } = RANGE_FIELDS;

/** What a report is asked to be. */
export const NewReport = z.strictObject({
  report_type: z.enum(Object.keys(REPORT_MAKERS) as [ReportTypeName]),
  organization_id: OrganizationId.optional(),
  format: z.enum(FILE_FORMATS).default("csv").describe("`focus` is FinOps FOCUS 1.2, of costs."),
  filters: z.strictObject({ ...RANGE, ...FILTERS }).default({}).describe(
    `The period and which records: by ${DIMENSIONS.join(", ")}, or \`filter\`.`,
  ),
  tz,
  ...GROUPS,
}).meta({ id: "NewReport" });

/** A report and what became of it. */
export const ReportJob = z.object({
  id: z.string(),
  organization_id: z.string(),
  report_type: z.string(),
  format: z.enum(FILE_FORMATS),
  status: z.enum(REPORT_STATES).describe("A file can be taken when it is `completed`, until `expires_at`."),
  query: z.record(z.string(), z.unknown()).describe("What was asked."),
  file_name: z.string(),
  content_type: z.string(),
  size_bytes: orNull(z.int().min(0)),
  sha256: orNull(z.string().regex(/^[0-9a-f]{64}$/)),
  attempts: z.int().min(0).describe("How often it was begun: again when its process had ended."),
  created_by: z.string(),
  created_at: Instant,
  started_at: orNull(Instant),
  finished_at: orNull(Instant),
  expires_at: orNull(Instant),
  failure: orNull(z.object({ code: z.string(), detail: z.string() })).describe("Why it failed."),
}).meta({ id: "ReportJob" });

/** A report's file. */
export const ReportFile = z.string().meta({ format: "binary" });
