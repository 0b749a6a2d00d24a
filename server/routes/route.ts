/**
 * What a route is: one operation on the wire. Its method, path and schemas, how a request becomes the operation's input
 * and how the operation's output becomes a reply. Everything that speaks HTTP is made from the list of routes.
 */

import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { Principal } from "../../core/access.ts";
import type { ErrorKind } from "../../core/error.ts";
import type { Environment } from "../environment.ts";
import type { Cursors } from "../http/cursors.ts";
import { type Operation, perform } from "../operations/operation.ts";
import { type BodyOf, type BodySpec, NO_BODY } from "./body.ts";
import type { Reply } from "./reply.ts";
import { writeResponses } from "./responses.ts";

/** A request that was authenticated, read and validated. */
export interface RouteRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  /** Whether the headers of the answer are all that is asked for. */
  readonly is_head: boolean;
  /** As it was asked, below whatever the API is mounted at. */
  readonly url: string;
  readonly request_id: string;
  readonly principal: Principal;
  /** Where it came from; undefined when there is no socket. */
  readonly address: string | undefined;
  readonly cursors: Cursors;
  /** Ends when the client has gone or the answer's time is over. */
  readonly signal: AbortSignal;
  /** Takes more of the organization's rate limit than the 1 of every request. Fails with `rate_limited`. */
  readonly charge: (cost: number) => Promise<void>;
}

type Empty = z.ZodObject<Record<never, never>>;

/** A route as its file writes it. */
export interface RouteSpec<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends BodySpec,
  Input,
  Output,
> {
  readonly method: "get" | "post" | "put" | "delete";
  /** Below the base path, parameters in braces: `/usage/{id}`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description?: string;
  /** The section of the reference. */
  readonly tag: string;
  /** Strict objects; a parameter that is not in the schema is refused. */
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** What it answers when it succeeds, by status. */
  readonly replies: Readonly<Record<number, ReplySpec>>;
  /** Statuses of problems that it answers beside those that every operation may: `404`, `409`. */
  readonly problems?: readonly number[];
  /** Kinds of errors that are answered with another status than that of the table: what was deleted is not found. */
  readonly statuses?: ErrorStatuses;
  readonly operation: Operation<Input, Output>;
  /** No credential is looked at; the operation's permission must be null, its principal is {@link ANONYMOUS}. */
  readonly is_public?: true;
  /** Its effect is kept under the request's `Idempotency-Key`: all of it is done through `database.write`. */
  readonly takes_idempotency_key?: true;
  /** With a key: the organization whose stored usage the operation changes, where it does. */
  readonly changes_usage_of?: (request: RouteRequest<z.output<Params>, z.output<Query>, BodyOf<Body>>) => string;
  readonly read: (
    request: RouteRequest<z.output<Params>, z.output<Query>, BodyOf<Body>>,
  ) => Input | Promise<Input>;
  readonly write: (
    output: Output,
    request: RouteRequest<z.output<Params>, z.output<Query>, BodyOf<Body>>,
  ) => Reply | Promise<Reply>;
}

/** Statuses of some kinds of errors; their codes stay. */
export type ErrorStatuses = { readonly [Kind in ErrorKind]?: number };

/** One successful reply, for the document and for clients. */
export interface ReplySpec {
  readonly description: string;
  /** Of the JSON body; absent when there is none. */
  readonly schema?: z.ZodType;
  /** `application/json` when it is not given; several when the answer's kind is the thing's own. */
  readonly content_type?: string | readonly string[];
  /** Headers beside those of every reply, with their descriptions. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route whose types were checked where it was written. */
export interface Route {
  /** For the OpenAPI document. */
  readonly definition: RouteConfig;
  readonly operation: Pick<Operation<never, unknown>, "name" | "permission">;
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: `/${string}`;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: BodySpec;
  readonly replies: Readonly<Record<number, ReplySpec>>;
  readonly statuses: ErrorStatuses;
  readonly is_public: boolean;
  readonly takes_idempotency_key: boolean;
  readonly changes_usage_of: ((request: RouteRequest) => string) | undefined;
  /** Performs the operation for a request. Fails as the operation does. */
  readonly run: (environment: Environment, request: RouteRequest) => Promise<Reply>;
}

/** Who asks without a credential, where that is allowed. */
export const ANONYMOUS: Principal = {
  actor: "anonymous",
  organization_id: "",
  is_super_admin: false,
  permissions: new Set(),
};

/** Makes a route of what its file says. */
export function defineRoute<
  Input,
  Output,
  Params extends z.ZodObject = Empty,
  Query extends z.ZodObject = Empty,
  Body extends BodySpec = typeof NO_BODY,
>(spec: RouteSpec<Params, Query, Body, Input, Output>): Route {
  const { operation, method, path, replies, read, write } = spec;
  const is_public = spec.is_public === true;
  if (is_public && operation.permission !== null) {
    throw new Error(`${operation.name} takes the permission ${operation.permission}, so it is not public`);
  }
  const route = {
    operation,
    method,
    path,
    replies,
    params: spec.params ?? z.strictObject({}),
    query: spec.query ?? z.strictObject({}),
    body: spec.body ?? NO_BODY,
    statuses: spec.statuses ?? {},
    is_public,
    takes_idempotency_key: spec.takes_idempotency_key === true,
  };
  // A request was parsed with the very schemas that the types are read off.
  const toTyped = (request: RouteRequest) => request as RouteRequest<z.output<Params>, z.output<Query>, BodyOf<Body>>;
  const { changes_usage_of } = spec;
  return {
    ...route,
    changes_usage_of: changes_usage_of === undefined ? undefined : (request) => changes_usage_of(toTyped(request)),
    definition: createDefinition(spec, route),
    run: async (environment, request) => {
      const typed = toTyped(request);
      const input = await read(typed);
      return await write(await perform(operation, { environment, principal: request.principal }, input), typed);
    },
  };
}

type Parts = Pick<Route, "operation" | "method" | "path" | "params" | "query" | "body" | "replies" | "is_public">;

function createDefinition(
  spec: {
    readonly summary: string;
    readonly description?: string;
    readonly tag: string;
    readonly problems?: readonly number[];
    readonly takes_idempotency_key?: true;
  },
  { operation, method, path, params, query, body, replies, is_public }: Parts,
): RouteConfig {
  const hasParams = Object.keys(params.shape).length > 0;
  return createRoute({
    method,
    path,
    operationId: operation.name,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [spec.tag],
    ...(is_public ? { security: [] } : {}),
    "x-permission": operation.permission,
    request: {
      ...(hasParams ? { params } : {}),
      query,
      ...(spec.takes_idempotency_key ? { headers: IDEMPOTENCY_HEADER } : {}),
      ...(body.as === "none" ? {} : { body: body.content }),
    },
    responses: writeResponses(replies, {
      is_public,
      has_permission: operation.permission !== null,
      has_body: body.as !== "none",
      takes_idempotency_key: spec.takes_idempotency_key === true,
      problems: [...spec.problems ?? [], ...(spec.takes_idempotency_key ? [409] : [])],
    }),
  });
}

const IDEMPOTENCY_HEADER = z.object({
  "Idempotency-Key": z.string().min(1).max(255).optional().meta({
    description: "The same key with the same request within 48 hours gives the first answer again and does nothing.",
  }),
});
