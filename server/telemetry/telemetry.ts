/**
 * Traces and metrics for OpenTelemetry. Where nothing in this process collects them none of it is loaded.
 *
 * The runtime makes the span of each request, continues the caller's trace and exports; here it is said what the request
 * was about: the route's template, and nothing a client wrote.
 */

import { type Attributes, context, metrics, type Span, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import type { Database } from "../../db/database.ts";
import {
  type AnsweredExchange,
  countOutcomes,
  fullRoute,
  type Observe,
  tellAtEnd,
  writeCounts,
} from "../http/exchange.ts";
import { codeOf } from "../log/request_log.ts";
import type { Within } from "../listen/listener.ts";
import type { Meter } from "../metrics/meter.ts";
import { OpenTelemetryMeter } from "./opentelemetry_meter.ts";
import { nameSpanMethod } from "./span_guard.ts";
import { TracedDatabase } from "./traced_database.ts";

/** The traces and metrics of one server. */
export class Telemetry {
  readonly #tracer: Tracer;
  readonly meter: Meter;

  constructor(version: string) {
    this.#tracer = trace.getTracer("costops", version);
    this.meter = new OpenTelemetryMeter(metrics.getMeter("costops", version));
  }

  /** Answers a request within its span. */
  readonly within: Within = (outgoing, work) => {
    if (trace.getActiveSpan() !== undefined) return work();
    const span = findSpanOfNode(outgoing);
    return span === undefined ? work() : context.with(trace.setSpan(context.active(), span), work);
  };

  /** Says on the span of a request what it was about and what became of it. */
  readonly observe: Observe = (exchange) => {
    const span = trace.getActiveSpan();
    if (span?.isRecording() !== true) return;
    const method = nameSpanMethod(exchange.method);
    const route = fullRoute(exchange);
    span.updateName(route === undefined ? method : `${method} ${route}`);
    // The runtime sets the method and the status, and does not replace what is set twice.
    span.setAttributes({ "http.route": route, ...describeAnswer(exchange) });
    if (exchange.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (exchange.ended !== undefined) this.#traceStream(exchange);
  };

  /** The span of a request ends when its answer begins: what is taken in from then on has one of its own. */
  #traceStream(exchange: AnsweredExchange): void {
    const span = this.#tracer.startSpan("stream usage");
    tellAtEnd(exchange, ({ error, is_fault }, summary) => {
      span.setAttributes({
        "error.type": codeOf(error),
        ...nameCounts(summary === undefined ? {} : writeCounts(summary)),
      });
      if (is_fault) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
  }

  /** The same database, its work in the traces of the requests. */
  trace(database: Database): Database {
    return new TracedDatabase(database, this.#tracer);
  }

  /** The ids of the span that is being worked for, by the names that logs have for them. */
  readonly findTrace = (): { readonly trace_id: string; readonly span_id: string } | undefined => {
    const ids = trace.getActiveSpan()?.spanContext();
    return ids === undefined ? undefined : { trace_id: ids.traceId, span_id: ids.spanId };
  };
}

function describeAnswer(exchange: AnsweredExchange): Attributes {
  const { request_id, principal, error, outcomes } = exchange;
  return {
    "error.type": codeOf(error),
    "costops.request_id": request_id,
    "costops.organization_id": principal?.organization_id || undefined,
    "costops.actor": principal?.actor,
    ...nameCounts(countOutcomes(outcomes)),
  };
}

function nameCounts(counts: Readonly<Record<string, number>>): Attributes {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`costops.records.${name}`, count]));
}

/** Deno keeps the span of a request to node:http beside its answer, and does not make it the active one. */
function findSpanOfNode(outgoing: object | undefined): Span | undefined {
  if (outgoing === undefined) return undefined;
  const key = Object.getOwnPropertySymbols(outgoing).find(({ description }) => description === "kOtelSpan");
  return key === undefined ? undefined : (outgoing as Record<symbol, Span | undefined>)[key];
}
