/**
 * The price that a cost comes from, on the wire.
 */

import { z } from "@hono/zod-openapi";
import { Instant } from "./values.ts";

/** Dollars as a decimal, without needless zeros. */
export const Rate = z.string().regex(/^\d+(\.\d{1,9})?$/).meta({ id: "Rate", example: "2.5" });

/** A factor on rates. */
const Modifier = z.object({
  name: z.string(),
  numerator: z.string(),
  denominator: z.string(),
  source: z.string(),
  price_keys: z.array(z.string()),
});

/** A price as it was when it was applied. */
export const AppliedPrice = z.object({
  source: z.enum(["organization", "installation", "catalogue"]),
  reference: z.string().describe("The catalogue's version, or the id of the own price."),
  provider: z.string(),
  model: z.string(),
  effective_from: z.union([Instant, z.iso.date()]).nullable(),
  hours: z.string().nullable(),
  rates: z.record(z.string(), Rate).describe("By price key, before modifiers."),
  above_input_tokens: z.int().nullable().describe("The long-context threshold that was exceeded."),
  modifiers: z.array(Modifier),
  minimum_audio_ms: z.int().nullable(),
}).meta({ id: "AppliedPrice" });
