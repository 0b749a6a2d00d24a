/**
 * What became of records, on the wire.
 */

import { z } from "@hono/zod-openapi";
import { OUTCOMES, REJECTION_CODES } from "../../../core/usage/record.ts";
import { AppliedPrice } from "./applied_price.ts";
import { Currency, orNull, UnpricedReason, UsdOrNull } from "./values.ts";

/** Why a record was not stored. */
export const RefusalCode = z.enum([...REJECTION_CODES, "conflict", "deleted"]).meta({ id: "RefusalCode" });

/** One record of a batch or a stream. */
export const RecordOutcome = z.object({
  index: z.int().min(0).describe("Position among the records, from 0."),
  id: z.string().nullable().describe("Null when the record was refused before it had one."),
  outcome: z.enum(OUTCOMES),
  code: RefusalCode.optional(),
  detail: z.string().optional(),
  cost_usd: UsdOrNull.optional().describe("As it is stored. Absent when the record was refused or skipped."),
  unpriced_reason: UnpricedReason.optional(),
  retry_safe: z.literal(false).optional().describe("Sent again it would count twice: it has neither id nor time."),
}).meta({ id: "RecordOutcome" });

const Total = z.int().min(0);

/** Counts of outcomes; all but `unpriced` add up to `read`. */
export const IngestSummary = z.object({
  read: Total,
  inserted: Total,
  updated: Total,
  duplicate: Total,
  conflict: Total,
  deleted: Total,
  rejected: Total,
  skipped: Total,
  unpriced: Total.describe("New records without a price."),
}).meta({ id: "IngestSummary" });

/** What became of a batch. */
export const BatchResult = z.object({ summary: IngestSummary, results: z.array(RecordOutcome) }).meta({
  id: "BatchResult",
});

/** What became of one record. */
export const RecordResult = z.object({
  id: z.string(),
  outcome: z.enum(["inserted", "updated", "duplicate"]),
  cost_usd: UsdOrNull.describe("Null when there is no price, which is not 0."),
  currency: Currency,
  price: orNull(AppliedPrice),
  unpriced_reason: UnpricedReason.optional(),
  retry_safe: z.literal(false).optional(),
}).meta({ id: "RecordResult" });
