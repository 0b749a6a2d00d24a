/**
 * Pages on the wire.
 */

import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../../core/limits.ts";

/** How a list by cursor goes on. */
export const CursorPagination = z.object({
  limit: z.int().min(1).max(LIMITS.page),
  has_more: z.boolean(),
  next_cursor: z.string().nullable(),
}).meta({ id: "CursorPagination" });

/** Where a numbered page stands. */
export const PageNumbers = z.object({
  page: z.int().min(1),
  page_size: z.int().min(1).max(LIMITS.page),
  total_items: z.int().min(0),
  total_pages: z.int().min(0),
  has_next: z.boolean(),
  has_prev: z.boolean(),
}).meta({ id: "PageNumbers" });

/** A list of one kind of thing. */
export function listOf(schema: z.ZodType) {
  return z.object({ data: z.array(schema), pagination: z.union([CursorPagination, PageNumbers]) });
}
