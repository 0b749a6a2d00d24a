/**
 * What the log says of requests: one line each.
 */

import { CostopsError } from "../../core/error.ts";
import { RejectedRecord } from "../../core/usage/record.ts";
import type { AnsweredExchange, Observe } from "../http/exchange.ts";
import type { Log, LogLevel } from "./log.ts";

/** Asked all the time by whoever watches the server. */
const PROBES: readonly (string | undefined)[] = ["/live", "/ready", "/health", "/metrics"];

/** Writes a line for each request: the route's template and who asked, never a path, a header or a body. */
export function logRequests(log: Log): Observe {
  return (exchange) => {
    const { request_id, method, route, status, duration_ms, address, principal, error, is_fault } = exchange;
    log.write(chooseLevel(exchange), "request", {
      request_id,
      method,
      route,
      status,
      duration_ms: Math.round(duration_ms * 1000) / 1000,
      address,
      organization_id: principal?.organization_id || undefined,
      actor: principal?.actor,
      code: codeOf(error),
      error: is_fault ? describeFault(error) : undefined,
    });
  };
}

function chooseLevel({ route, status, is_fault }: AnsweredExchange): LogLevel {
  if (is_fault) return "error";
  if (status >= 500) return "warn";
  return PROBES.includes(route) ? "debug" : "info";
}

function codeOf(error: unknown): string | undefined {
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
