/**
 * The responses of a route as the OpenAPI document says them: its own, and the problems that every route may answer.
 */

import type { RouteConfig } from "@hono/zod-openapi";
import { Problem } from "./schemas/problem.ts";
import type { ReplySpec } from "./route.ts";

type Responses = RouteConfig["responses"];
type Headers = Record<string, { $ref: string } | { description: string; schema: { type: "string" } }>;

/** Names of the headers of every response; the document defines them once. */
export const SHARED_HEADERS = {
  "X-Request-Id": "The request's id: as it was sent, or a new one.",
  RateLimit: 'What is left of the organization\'s rate limit: `"org";r=199;t=1`, r requests in the next t seconds.',
  "RateLimit-Policy": 'The rate limit: `"org";q=200;w=2`, q requests in w seconds.',
} as const;

const PROBLEMS: Readonly<Record<number, string>> = {
  400: "Unreadable: not JSON, not UTF-8, or no request at all",
  401: "No credential, or one that does not hold",
  403: "The credential does not permit this",
  404: "There is no such thing in the credential's organization",
  409: "In conflict with what is there",
  410: "It was there and has expired",
  413: "The body is too large",
  415: "The body is of another kind",
  416: "The file has no such part",
  422: "A field is missing, unknown or invalid",
  429: "The organization's rate limit is used up",
  503: "Temporarily not possible: try again as Retry-After says",
};

/** Writes the responses of a route. */
export function writeResponses(
  replies: Readonly<Record<number, ReplySpec>>,
  given: {
    readonly is_public: boolean;
    readonly has_permission: boolean;
    readonly has_body: boolean;
    readonly takes_idempotency_key: boolean;
    readonly problems: readonly number[];
  },
): Responses {
  const responses: Responses = {};
  const extra = given.takes_idempotency_key ? REPLAYED : {};
  for (const [status, { headers, ...reply }] of Object.entries(replies)) {
    responses[status] = writeReply({ ...reply, headers: { ...headers, ...extra } });
  }
  const statuses = new Set([
    400,
    ...(given.is_public ? [] : [401]),
    ...(given.has_permission ? [403] : []),
    ...(given.has_body ? [413, 415] : []),
    422,
    429,
    503,
    ...given.problems,
  ]);
  for (const status of [...statuses].sort()) {
    const problem = writeProblem(PROBLEMS[status] ?? "A problem");
    const own = responses[status];
    // A reply of the same status is told from the problem by its content type.
    const content = { ...(own !== undefined && "content" in own ? own.content : {}), ...problem.content };
    responses[status] = own === undefined ? problem : { ...own, content };
  }
  responses.default = writeProblem("Any other problem");
  return responses;
}

const REPLAYED = { "Idempotency-Replayed": "`true` when it is the answer kept under the Idempotency-Key." };

function writeReply({ description, schema, content_type = "application/json", headers = {} }: ReplySpec) {
  const own = Object.entries(headers).map(([name, text]) => [name, {
    description: text,
    schema: { type: "string" },
  }]);
  const types = typeof content_type === "string" ? [content_type] : content_type;
  const content = schema === undefined ? {} : { content: Object.fromEntries(types.map((type) => [type, { schema }])) };
  return { description, headers: { ...sharedHeaders(), ...Object.fromEntries(own) } as Headers, ...content };
}

function writeProblem(description: string) {
  return {
    description,
    headers: sharedHeaders(),
    content: { "application/problem+json": { schema: Problem } },
  };
}

function sharedHeaders(): Headers {
  const names = Object.keys(SHARED_HEADERS);
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
