/**
 * What a route takes as its body: JSON that a schema checks, or bytes that the program's own reader takes.
 */

import type { RouteConfig, z } from "@hono/zod-openapi";

type RequestBody = NonNullable<NonNullable<RouteConfig["request"]>["body"]>;

/** How large a body may be; the numbers are in the settings and in LIMITS. */
export type BodyLimit = "login" | "single" | "batch";

/** JSON that is validated by its schema before the route reads it. */
export interface JsonBody<Schema extends z.ZodType = z.ZodType> {
  readonly as: "json";
  readonly schema: Schema;
  readonly limit: BodyLimit;
  readonly content_types: readonly string[];
  readonly content: RequestBody;
}

/** The whole body as bytes, within its limit. */
export interface BytesBody {
  readonly as: "bytes";
  readonly limit: BodyLimit;
  readonly content_types: readonly string[];
  readonly content: RequestBody;
}

/** The body as it comes, without end. */
export interface StreamBody {
  readonly as: "stream";
  readonly content_types: readonly string[];
  readonly content: RequestBody;
}

/** No body: one that is sent all the same is not looked at. */
export const NO_BODY = { as: "none" } as const;

/** What a route takes as its body. */
export type BodySpec = JsonBody | BytesBody | StreamBody | typeof NO_BODY;

/** What a route is given of its body. */
export type BodyOf<Body extends BodySpec> = Body extends JsonBody<infer Schema> ? z.output<Schema>
  : Body extends BytesBody ? Uint8Array
  : Body extends StreamBody ? AsyncIterable<Uint8Array>
  : undefined;

const JSON_TYPE = "application/json";

/** A body of JSON for a schema; a strict object, so that a mistyped name is refused. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  { limit = "single" }: { readonly limit?: BodyLimit } = {},
): JsonBody<Schema> {
  const content = { required: true, content: { [JSON_TYPE]: { schema } } };
  return { as: "json", schema, limit, content_types: [JSON_TYPE], content };
}

/** A body whose bytes the program's own reader takes; the schemas, by content type, describe it. */
export function bytesBody(
  schemas: Readonly<Record<string, z.ZodType>>,
  { limit, description }: { readonly limit: BodyLimit; readonly description?: string },
): BytesBody {
  return { as: "bytes", limit, content_types: Object.keys(schemas), content: describe(schemas, description) };
}

/** A body that is read as it comes. */
export function streamBody(
  schemas: Readonly<Record<string, z.ZodType>>,
  { description }: { readonly description?: string } = {},
): StreamBody {
  return { as: "stream", content_types: Object.keys(schemas), content: describe(schemas, description) };
}

function describe(schemas: Readonly<Record<string, z.ZodType>>, description: string | undefined): RequestBody {
  const content = Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
  return { required: true, content, ...(description === undefined ? {} : { description }) };
}
