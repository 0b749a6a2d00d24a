/**
 * What the log says of requests: one line each.
 */

import { CostopsError } from "../../core/error.ts";
import { RejectedRecord } from "../../core/usage/record.ts";
import {
  type AnsweredExchange,
  countOutcomes,
  nameMethod,
  type Observe,
  tellAtEnd,
  writeCounts,
} from "../http/exchange.ts";
import type { Log, LogFields, LogLevel } from "./log.ts";

/** Asked all the time by whoever watches the server. */
const PROBES: readonly (string | undefined)[] = ["/live", "/ready", "/health", "/metrics"];

/** Finds the trace that a request is part of. */
export type FindTrace = () => { readonly trace_id: string; readonly span_id: string } | undefined;

/**
 * Writes a line for each request: the route's template, who asked and how many records became what, never a path, a
 * header or a body. That of a stream of records is written at its end.
 */
export function logRequests(log: Log, findTrace: FindTrace = () => undefined): Observe {
  return (answered) =>
    tellAtEnd(answered, (exchange, summary) =>
      log.write(chooseLevel(exchange), "request", () => ({
        ...describe(exchange),
        ...(summary === undefined ? countOutcomes(exchange.outcomes) : writeCounts(summary)),
        ...findTrace(),
        error: exchange.is_fault ? describeFault(exchange.error) : undefined,
      })));
}

function describe(exchange: AnsweredExchange): LogFields {
  const { request_id, method, route, status, duration_ms, findAddress, principal, error } = exchange;
  return {
    request_id,
    method: nameMethod(method),
    route,
    status,
    duration_ms: Math.round(duration_ms * 1000) / 1000,
    address: findAddress?.(),
    organization_id: principal?.organization_id || undefined,
    actor: principal?.actor,
    code: codeOf(error),
  };
}

function chooseLevel({ route, status, is_fault }: AnsweredExchange): LogLevel {
  if (is_fault) return "error";
  if (status >= 500) return "warn";
  return PROBES.includes(route) ? "debug" : "info";
}

/** The stable word for what went wrong; undefined when nothing did. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof CostopsError) return error.kind;
  if (error instanceof RejectedRecord) return error.code;
  return error === undefined ? undefined : "failure";
}

/** An error with what caused it, where it came from. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\ncaused by ${describeFault(error.cause)}`;
}
