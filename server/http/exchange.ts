/**
 * One request and its answer: what is known of it on the way, and what whoever watches is told at its end.
 */

import { LIMITS } from "../../core/limits.ts";
import type { Principal } from "../../core/access.ts";
import { addOutcomes, EMPTY_SUMMARY, type IngestSummary, type RecordOutcome } from "../../core/usage/summary.ts";
import { isFault } from "./problem.ts";
import type { StreamEnd } from "../routes/reply.ts";
import type { ErrorStatuses } from "../routes/route.ts";
import type { RateLimitDecision } from "../rate_limit/decision.ts";

/** A request on its way. */
export interface Exchange {
  readonly request_id: string;
  readonly method: string;
  /** What stands before the route's template in addresses, `/api/v1`; nothing when it is not given. */
  readonly base?: string;
  /** The route's template, `/usage/{id}`; undefined where no route was found. Never the path as it was asked for. */
  route?: string;
  /** Of the route, where they differ from the table. */
  statuses?: ErrorStatuses;
  principal?: Principal;
  /** Of the client, as the socket or a trusted proxy says. */
  findAddress?: () => string | undefined;
  rate?: RateLimitDecision;
  /** Of `performance.now()`. */
  readonly began: number;
}

/** A request that was answered. A stream's answer has only begun. */
export interface AnsweredExchange extends Readonly<Exchange> {
  readonly status: number;
  readonly duration_ms: number;
  /** What became of the records that it brought; undefined where there were none, and of a stream. */
  readonly outcomes?: readonly RecordOutcome[];
  /** Of a stream of records, whose answer has only begun: settles at its end. */
  readonly ended?: Promise<StreamEnd>;
  /** Why it failed; what was not expected too. Its text may hold what a client sent. */
  readonly error?: unknown;
  /** Whether the error is the program's or the storage's fault, not the client's. */
  readonly is_fault: boolean;
}

/** A client may write any word for a method. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

/** A method as logs, metrics and traces tell it: one that nobody serves is `other`. */
export function nameMethod(method: string): string {
  return METHODS.has(method) ? method : "other";
}

/** Told of every answer, for logs and metrics. */
export type Observe = (exchange: AnsweredExchange) => void;

/** Tells each of several. */
export function tellAll(observers: readonly Observe[]): Observe {
  return (exchange) => {
    for (const observe of observers) observe(exchange);
  };
}

/** The template of the whole path, `/api/v1/usage/{id}`; undefined where no route was found. */
export function fullRoute({ base = "", route }: Pick<Exchange, "base" | "route">): string | undefined {
  return route === undefined ? undefined : `${base}${route}`;
}

/** Outcomes counted by name, with `read` for all of them; names of which there are none are left out. */
export function countOutcomes(outcomes: readonly RecordOutcome[] | undefined): Readonly<Record<string, number>> {
  return outcomes === undefined ? {} : writeCounts(addOutcomes(EMPTY_SUMMARY, outcomes));
}

/** A summary without what there is none of. */
export function writeCounts(summary: IngestSummary): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(summary).filter(([, count]) => count > 0));
}

/** Begins the exchange of a request. */
export function beginExchange(request: Request, base?: string): Exchange {
  return {
    base,
    request_id: chooseRequestId(request.headers),
    method: request.method.slice(0, LIMITS.id_characters),
    began: performance.now(),
  };
}

const SANE_ID = /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/;

/**
 * The request's own id where it is one that may stand in a log, else a new one: at random, which takes a tenth of the
 * time that one in the order of time does, and nothing sorts requests by it.
 */
function chooseRequestId(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && SANE_ID.test(given) ? given : crypto.randomUUID();
}

/** Tells of an answer when it is known what became of it: at once, of a stream of records at its end. */
export function tellAtEnd(
  exchange: AnsweredExchange,
  tell: (exchange: AnsweredExchange, summary?: IngestSummary) => void,
): void {
  if (exchange.ended === undefined) return tell(exchange);
  exchange.ended.then(({ summary, error }) => {
    const duration_ms = performance.now() - exchange.began;
    tell({ ...exchange, duration_ms, error, is_fault: error !== undefined && isFault(error) }, summary);
  });
}

/** Where nobody watches, faults go to stderr, one JSON line each. */
export function writeFaults(answered: AnsweredExchange): void {
  tellAtEnd(answered, ({ is_fault, request_id, method, route, error }) => {
    if (!is_fault) return;
    const message = error instanceof Error ? error.stack ?? error.message : String(error);
    console.error(JSON.stringify({ level: "error", request_id, method: nameMethod(method), route, message }));
  });
}
