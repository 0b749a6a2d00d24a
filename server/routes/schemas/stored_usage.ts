/**
 * A stored record on the wire.
 */

import { z } from "@hono/zod-openapi";
import { QUALITY_FLAGS } from "../../../core/usage/record.ts";
import {
  Count,
  Currency,
  Instant,
  orNull,
  OTHER_COUNTS,
  ServiceTier,
  TEXT_COUNTS,
  UnpricedReason,
  UsdOrNull,
} from "./values.ts";

const TextOrNull = z.string().nullable();

/** What a record is about, in every view of it. */
export const RECORD_LABELS = {
  organization_id: z.string(),
  id: z.string(),
  timestamp: Instant,
  provider: z.string(),
  model: z.string(),
  service_tier: ServiceTier,
  region: TextOrNull,
  operation: TextOrNull,
  project: TextOrNull,
  user: TextOrNull,
  environment: TextOrNull,
  session: TextOrNull,
  tags: z.record(z.string(), z.string()).nullable(),
};

/** What a record costs, in every view of it. */
export const RECORD_COST = {
  cost_usd: UsdOrNull,
  currency: Currency,
  unpriced_reason: orNull(UnpricedReason),
  reported_cost_usd: z.string().nullable().describe("What the source said it cost, as it said it."),
};

/** A record as it is stored: the rarer units are there where they are not zero. */
export const StoredUsage = z.object({
  ...RECORD_LABELS,
  ingested_at: Instant,
  api_key: TextOrNull.describe("A label, never the key."),
  status: TextOrNull,
  latency_ms: Count.nullable(),
  time_to_first_token_ms: Count.nullable(),
  source: z.string(),
  format: z.string(),
  ...TEXT_COUNTS,
  ...OTHER_COUNTS,
  ...RECORD_COST,
  extra: z.record(z.string(), z.unknown()).nullable(),
  quality: z.array(z.enum(QUALITY_FLAGS)),
}).meta({ id: "StoredUsage" });
