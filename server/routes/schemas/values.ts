/**
 * The values that many schemas are made of, each with its bounds.
 */

import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../../core/limits.ts";
import { UNPRICED_REASONS } from "../../../core/pricing/price.ts";
import { SERVICE_TIERS } from "../../../core/usage/record.ts";
import { OTHER_UNITS, type TextUnitName } from "../../../core/usage/units.ts";

/** An amount of US dollars with nine decimals. */
export const UsdText = z.string().regex(/^-?\d+\.\d{9}$/).meta({
  id: "Usd",
  description: "US dollars, exactly, with nine decimals.",
  example: "0.075000000",
});

/** A value or null. Written as a union: `nullable()` of a schema that has a name loses the null in the document. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}

/** An amount that may be unknown, which is never 0. */
export const UsdOrNull = orNull(UsdText);

/** The one currency there is. */
export const Currency = z.literal("USD");

/** An instant as it goes out. */
export const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/).meta({
  id: "Instant",
  description: "RFC 3339.",
  example: "2026-01-05T10:00:00Z",
});

/** The organization that a super admin names; everybody else may name only their own. */
export const OrganizationId = z.string().min(1).max(LIMITS.id_characters).describe(
  "The credential's own organization, or any when the credential is a super admin's.",
);

/** A name: of a model, a provider, a project. */
export const Name = z.string().min(1).max(LIMITS.text_characters);

/** How a call is served. */
export const ServiceTier = z.enum(SERVICE_TIERS);

/** Why there is no cost. */
export const UnpricedReason = z.enum(UNPRICED_REASONS).meta({ id: "UnpricedReason" });

/** One count of tokens or of something else. */
export const Count = z.int().min(0).max(LIMITS.units);

/** A count of seconds, with up to three decimals. */
export const Seconds = z.number().min(0).max(LIMITS.units / 1000).multipleOf(0.001);

/** The text buckets, each a count; reasoning is inside the output. */
export const TEXT_COUNTS = {
  input_tokens: Count,
  cache_read_tokens: Count,
  cache_write_5m_tokens: Count,
  cache_write_1h_tokens: Count,
  output_tokens: Count,
  reasoning_tokens: Count,
} satisfies Record<TextUnitName | "reasoning_tokens", z.ZodInt>;

/** The rarer units, each a count that may be left out. */
export const OTHER_COUNTS = Object.fromEntries(
  Object.entries(OTHER_UNITS).map(([name, { decimals }]) => [name, (decimals === 3 ? Seconds : Count).optional()]),
);

/** All counts of a call, disjoint. */
export const Counts = z.object({ ...TEXT_COUNTS, ...OTHER_COUNTS }).meta({ id: "Counts" });

/** The id of a record or of anything else in a path. */
export const IdParams = z.strictObject({ id: z.string().min(1).max(LIMITS.id_characters) });

/** A boolean of a query: `true` or `false`. */
export const Flag = z.boolean().default(false);

/** What every request may name its organization with. */
export const OrganizationQuery = z.strictObject({ organization_id: OrganizationId.optional() });
