/**
 * From a reply to a response: the body encoded, and the headers that every response has.
 */

import { Buffer } from "node:buffer";
import { type Reply, Written } from "../routes/reply.ts";
import type { Exchange } from "./exchange.ts";
import { writeRateLimitHeaders } from "../rate_limit/decision.ts";

/** Nothing of the API is for caches, frames, sniffing or scripts of other origins. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Encodes a reply; its own headers win over those of every response. */
export function respond({ status, body, headers }: Reply, exchange: Exchange): Response {
  const all: Record<string, string> = { ...SECURITY_HEADERS };
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
  const response = new Response(content, { status, headers: all });
  if (content === null || typeof content === "string") whole.set(response, Number(all["Content-Length"] ?? 0));
  return response;
}

/** Lengths of bodies: a response whose headers nobody has looked at is sent by a shorter way. */
const whole = new WeakMap<Response, number>();

/** How many bytes a response has in its body; undefined when that is not known. */
export function lengthOf(response: Response): number | undefined {
  const known = whole.get(response);
  if (known !== undefined) return known;
  const written = response.headers.get("content-length");
  return written === null ? undefined : Number(written);
}

/** Whether nothing of a response is still to be read from anywhere, as the rest of a stream or a file is. */
export function isWhole(response: Response): boolean {
  if (whole.has(response)) return true;
  const { headers } = response;
  return (headers.has("content-length") && !headers.has("accept-ranges")) || response.body === null;
}
