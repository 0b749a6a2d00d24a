/**
 * Browsers of other origins: answered only where their origin is listed, exactly.
 */

import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { beginExchange } from "./exchange.ts";
import { respond } from "./respond.ts";

/** Credentials are headers that a script sets itself, never cookies, so none are let through. */
const CORS = {
  allowMethods: ["GET", "POST", "PUT", "DELETE"],
  allowHeaders: ["Authorization", "Content-Encoding", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Request-Id"],
  exposeHeaders: ["Idempotency-Replayed", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
  maxAge: 600,
};

/** Lets scripts of these origins in; a preflight's answer has the headers that every answer has. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const allow = cors({ origin: [...origins], ...CORS });
  return async (context, next) => {
    const preflight = await allow(context, next);
    if (!(preflight instanceof Response)) return;
    const headers = Object.fromEntries(preflight.headers);
    return respond({ status: preflight.status, headers }, beginExchange(context.req.raw));
  };
}
