/**
 * Problems: what an error becomes on the wire (RFC 9457), from the one table of kinds.
 */

import { CostopsError, ERROR_KINDS, type ErrorIssue, type ErrorKind } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { RejectedRecord, type RejectionCode } from "../../core/usage/record.ts";
import { type Reply, Written } from "../routes/reply.ts";
import type { Exchange } from "./exchange.ts";
import type { Problem } from "../routes/schemas/problem.ts";

/** What went wrong, before it is written. */
interface Fault {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly detail: string;
  readonly issues: readonly ErrorIssue[];
  readonly retry_after_s?: number;
}

/** Seconds to wait where nothing better is known. */
const RETRY_AFTER_S = 1;

/** What of a request its problem tells. */
type Asked = Pick<Exchange, "request_id" | "statuses">;

/** An error as a problem. What was not expected is told as `failure`, without a word of what it was. */
export function describeProblem(error: unknown, { request_id, statuses }: Asked): Problem {
  const { kind, code, detail, issues } = toFault(error);
  const { title } = ERROR_KINDS[kind];
  const status = statuses?.[kind] ?? ERROR_KINDS[kind].status;
  const errors = issues.slice(0, LIMITS.issues).map(({ pointer, detail }) => ({ pointer, detail }));
  const type = `urn:costops:problem:${code}`;
  return { type, title, status, detail, code, request_id, ...(errors.length === 0 ? {} : { errors }) };
}

/** The reply to a request that failed. */
export function writeProblem(error: unknown, asked: Asked): Reply {
  const problem = describeProblem(error, asked);
  const { status } = problem;
  const { retry_after_s } = toFault(error);
  const headers: Record<string, string> = {};
  const isWorthRetrying = retry_after_s !== undefined || status === 429 || status === 503;
  if (isWorthRetrying) headers["Retry-After"] = String(Math.max(1, Math.ceil(retry_after_s ?? RETRY_AFTER_S)));
  if (error instanceof CostopsError && error.content_range !== undefined) {
    headers["Content-Range"] = error.content_range;
  }
  if (status === 401) headers["WWW-Authenticate"] = 'Bearer realm="costops"';
  // What the client has not sent yet would be taken for the next request.
  if (status === 408 || status === 413) headers["Connection"] = "close";
  return { status, headers, body: new Written("application/problem+json", JSON.stringify(problem)) };
}

/** Whether an error is a bug, or a fault of the storage, that the operator must hear of. */
export function isFault(error: unknown): boolean {
  if (error instanceof RejectedRecord) return false;
  if (!(error instanceof CostopsError)) return true;
  return error.kind === "failure" || error.kind === "storage_failure" || error.kind === "storage_full";
}

function toFault(error: unknown): Fault {
  if (error instanceof RejectedRecord) {
    const { code, message } = error;
    return { kind: kindOf(code), code, detail: message, issues: [] };
  }
  if (error instanceof CostopsError && error.kind !== "failure") {
    const { kind, message, issues, retry_after_s } = error;
    return { kind, code: kind, detail: message, issues, retry_after_s };
  }
  const detail = "Cannot answer this request: the server has failed; its log says more under this request_id";
  return { kind: "failure", code: "failure", detail, issues: [] };
}

/** A record that is refused is invalid, but for what is no JSON and for another's organization. */
function kindOf(code: RejectionCode): ErrorKind {
  if (code === "unreadable_json" || code === "invalid_utf8") return "unreadable";
  return code === "forbidden_organization" ? code : "invalid";
}
