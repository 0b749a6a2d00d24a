/**
 * Keeps what a client wrote out of the spans that the runtime makes by itself.
 *
 * Deno puts the whole address of a request on its span, where a path or a query may hold a secret, and offers neither a
 * way to leave it out nor to take it away again (docs/decisions/0011).
 */

import { type AttributeValue, type Span, trace } from "@opentelemetry/api";
import { nameMethod } from "../http/exchange.ts";

const WRITTEN_BY_CLIENTS: ReadonlySet<string> = new Set(["url.full", "url.path", "url.query"]);

const guarded = new WeakSet<object>();

/** A method by its name in the semantic conventions of HTTP. */
export function nameSpanMethod(method: string): string {
  const name = nameMethod(method);
  return name === "other" ? "_OTHER" : name;
}

/** From now on no span of this process tells an address. For a process that is a server and nothing else. */
export function guardSpans(): void {
  const spans: Span = Object.getPrototypeOf(trace.getTracer("costops").startSpan("guarded"));
  if (guarded.has(spans)) return;
  guarded.add(spans);
  const { setAttribute, updateName } = spans;
  spans.setAttribute = function (this: Span, name: string, value: AttributeValue) {
    if (WRITTEN_BY_CLIENTS.has(name)) return this;
    const told = name === "http.request.method" ? nameSpanMethod(String(value)) : value;
    return setAttribute.call(this, name, told);
  };
  // Until its route is known a span has the name of its method.
  spans.updateName = function (this: Span, name: string) {
    return updateName.call(this, name.includes(" ") ? name : nameSpanMethod(name));
  };
}
