/**
 * The OpenAPI 3.1 document, made of the routes.
 */

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Route } from "../routes/route.ts";
import { Problem } from "../routes/schemas/problem.ts";
import { WEBHOOK_MESSAGES, type WebhookMessage } from "../routes/schemas/webhooks.ts";
import { SHARED_HEADERS } from "../routes/responses.ts";
import { BASE_PATH } from "../routes/routes.ts";

/** Writes the document of some routes. */
export function writeOpenApi(routes: readonly Route[], version: string) {
  const app = new OpenAPIHono();
  const { openAPIRegistry } = app;
  for (const { definition } of routes) openAPIRegistry.registerPath(definition);
  for (const page of SYSTEM_PAGES) openAPIRegistry.registerPath(describePage(page));
  for (const [type, message] of Object.entries(WEBHOOK_MESSAGES)) {
    openAPIRegistry.registerWebhook(describeMessage(type, message));
  }
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  for (const [name, description] of Object.entries(SHARED_HEADERS)) {
    openAPIRegistry.registerComponent("headers", name, { description, schema: { type: "string" } });
  }
  const tags = [...new Set([...routes.flatMap(({ definition }) => definition.tags ?? []), "System"])];
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "costops",
      version,
      description: DESCRIPTION,
    },
    servers: [{ url: BASE_PATH, description: "This server" }],
    security: [{ bearer: [] }, { api_key: [] }],
    tags: tags.map((name) => ({ name, description: TAGS[name] ?? `${name}.` })),
  });
  // The library's types are of OpenAPI 3.0, which has no SPDX identifiers.
  const license = { name: "Apache-2.0", identifier: "Apache-2.0" };
  return { ...document, info: { ...document.info, license } };
}

/** Pages that are not below the base path and need no credential. */
const SYSTEM_PAGES = [
  { path: "/live", name: "readLiveness", summary: "Whether the process answers", hasTrouble: false },
  {
    path: "/ready",
    name: "readReadiness",
    summary: "Whether it takes requests: 503 while it drains",
    hasTrouble: true,
  },
  { path: "/health", name: "readHealth", summary: "Whether it is well, with detail", hasTrouble: true },
] as const;

const Health = z.object({
  status: z.enum(["live", "ready", "unready", "healthy", "unhealthy"]),
  version: z.string().optional(),
  checks: z.object({
    server: z.enum(["serving", "draining"]),
    database: z.enum(["reachable", "unreachable", "failed"]),
  }).optional(),
}).meta({ id: "Health" });

function describePage({ path, name, summary, hasTrouble }: (typeof SYSTEM_PAGES)[number]) {
  const answer = (description: string) => ({ description, content: { "application/json": { schema: Health } } });
  return createRoute({
    method: "get",
    path,
    operationId: name,
    summary,
    description: "Outside of the base path.",
    tags: ["System"],
    security: [],
    servers: [{ url: "/", description: "This server, outside of the base path" }],
    responses: {
      200: answer("It is well"),
      ...(hasTrouble ? { 503: answer("It is not") } : {}),
      // Every answer of the server to a request that cannot be read has this shape.
      400: { description: "Unreadable", content: { "application/problem+json": { schema: Problem } } },
    },
  });
}

/** What a channel of alerts is sent: its receiver is the server here. */
function describeMessage(type: string, { summary, body }: WebhookMessage) {
  return createRoute({
    method: "post",
    path: type,
    summary,
    description: "Signed as Standard Webhooks are: the headers webhook-id, webhook-timestamp and webhook-signature.",
    tags: ["Alerts"],
    security: [],
    request: { body: { content: { "application/json": { schema: body } }, required: true } },
    responses: {
      "2XX": { description: "It is taken; anything else is sent again, but after 410" },
    },
  });
}

const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "An access token of POST /auth/login, or an API key.",
  },
  api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "An API key." },
} as const;

const DESCRIPTION = "What LLM calls cost, exactly: send usage, ask for costs. Amounts are decimal strings of US " +
  "dollars; what has no known price is null, never 0. Errors are RFC 9457 problems. Request bodies may be gzip.";

const TAGS: Readonly<Record<string, string>> = {
  Usage: "Usage records: send, list, read and delete them.",
  Costs: "What records cost, summed or one by one, and how that came about.",
  Forecasts: "What cost and usage will be, with an interval, and how good such forecasts were before.",
  System: "Whether the server is alive, ready and well.",
  Prices: "The price book: what is in it, own prices, and usage that it has no price for.",
};
