/**
 * Requests, counted and measured by the template of their route.
 */

import { CostopsError, type ErrorKind } from "../../core/error.ts";
import { type AnsweredExchange, nameMethod, type Observe } from "../http/exchange.ts";
import type { Meter } from "./meter.ts";

/** From a read by key to the time that a server gives an answer. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const REFUSALS: readonly ErrorKind[] = ["unauthenticated", "forbidden", "forbidden_organization"];

/** Limits by the names of their policies, and that of attempts to log in. */
const RATE_LIMITS = ["org", "address", "login"];

/** Counts every answer. */
export function observeRequests(meter: Meter): Observe {
  const requests = meter.counter({
    name: "costops_http_requests_total",
    help: "Requests that were answered, by method, template of the route and class of the status.",
    labels: ["method", "route", "status"],
  });
  const durations = meter.histogram({
    name: "costops_http_request_duration_seconds",
    help: "Time to the answer, of a stream to its beginning, by template of the route.",
    labels: ["route"],
    buckets: BUCKETS,
  });
  const limited = meter.counter({
    name: "costops_rate_limited_total",
    help: "Requests that were refused by a rate limit: of an organization, of an address, of attempts to log in.",
    labels: ["limit"],
  });
  const refused = meter.counter({
    name: "costops_auth_failures_total",
    help: "Requests without a good credential, or that their credential may not make.",
    labels: ["kind"],
  });
  // A rate needs a beginning.
  for (const limit of RATE_LIMITS) limited({ limit }, 0);
  for (const kind of REFUSALS) refused({ kind }, 0);
  return (exchange) => {
    const { method, route = "none", status, duration_ms, error } = exchange;
    const labels = { method: nameMethod(method), route, status: `${Math.trunc(status / 100)}xx` };
    requests(labels, 1);
    durations({ route }, duration_ms / 1000);
    if (!(error instanceof CostopsError)) return;
    if (REFUSALS.includes(error.kind)) refused({ kind: error.kind }, 1);
    if (error.kind === "rate_limited") limited({ limit: findLimit(exchange) }, 1);
  };
}

/** A request that its organization's or address's limit let through was refused by that of logins. */
function findLimit({ rate }: AnsweredExchange): string {
  return rate === undefined || rate.allowed ? "login" : rate.name;
}
