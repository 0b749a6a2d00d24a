/**
 * From a reply to a response: the body encoded, and the headers that every response has.
 */

import { Buffer } from "node:buffer";
import { type Reply, Written } from "../routes/reply.ts";
import type { Exchange } from "./exchange.ts";
import { writeRateLimitHeaders } from "../rate_limit/decision.ts";

/** Nothing of the API is for caches, frames, sniffing or scripts of other origins. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["Cache-Control", "no-store"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Referrer-Policy", "no-referrer"],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
];

/** Encodes a reply; its own headers win over those of every response. */
export function respond({ status, body, headers }: Reply, exchange: Exchange): Response {
  const all: Record<string, string> = Object.fromEntries(SECURITY_HEADERS);
  all["X-Request-Id"] = exchange.request_id;
  if (exchange.rate !== undefined) Object.assign(all, writeRateLimitHeaders(exchange.rate));
  let content: string | ReadableStream<Uint8Array> | null = null;
  if (body instanceof Written) {
    all["Content-Type"] = body.content_type;
    content = body.content;
    // A proxy or a compressor that gathers a stream would keep its lines from the client.
    if (typeof content !== "string") all["Cache-Control"] = "no-store, no-transform";
  } else if (body !== undefined) {
    all["Content-Type"] = "application/json";
    content = JSON.stringify(body);
  }
  if (typeof content === "string") all["Content-Length"] = String(Buffer.byteLength(content));
  if (headers !== undefined) Object.assign(all, headers);
  return new Response(content, { status, headers: all });
}
