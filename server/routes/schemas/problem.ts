/**
 * A problem on the wire: RFC 9457.
 */

import { z } from "@hono/zod-openapi";

/** What went wrong, for people and for programs. */
export const Problem = z.object({
  type: z.string().describe("A URI reference that names the kind of problem."),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe("What was asked, what is wrong with it and what is wanted."),
  code: z.string().describe("Stable; of the table of errors, or of the table of reasons why a record is refused."),
  request_id: z.string(),
  errors: z.array(z.object({
    pointer: z.string().describe("JSON pointer to the field in the body, or `/query/NAME` and `/path/NAME`."),
    detail: z.string(),
  })).max(20).optional(),
}).meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
