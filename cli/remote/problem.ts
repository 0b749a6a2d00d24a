/**
 * What a server's refusal is here: the same error that the same operation fails with on a database.
 */

import { CostopsError, ERROR_KINDS, type ErrorIssue, type ErrorKind } from "../../core/error.ts";

/** What is looked at of an answer. */
interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly server: string;
}

/** Reads a problem (RFC 9457). An answer that is none, of a proxy for example, is told by its status. */
export function readProblem({ status, headers, text, server }: Refusal): CostopsError {
  const problem = parse(text);
  const retry_after_s = readRetryAfter(headers.get("retry-after"));
  if (problem === undefined) {
    const kind = kindOfStatus(status);
    return new CostopsError(kind, `Cannot use the server ${server}: it answers with the status ${status}`, {
      retry_after_s,
    });
  }
  const { code, detail, errors } = problem;
  const kind = typeof code === "string" && isKind(code) ? code : kindOfStatus(status);
  const issues = Array.isArray(errors) ? errors.filter(isIssue) : [];
  return new CostopsError(kind, typeof detail === "string" ? detail : `The status is ${status}`, {
    issues,
    retry_after_s,
  });
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "code" in value
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

function isKind(code: string): code is ErrorKind {
  return Object.hasOwn(ERROR_KINDS, code);
}

/** The first kind of the table with this status; of proxies, what may pass is temporary. */
function kindOfStatus(status: number): ErrorKind {
  if (status === 502 || status === 504) return "temporary";
  const found = Object.entries(ERROR_KINDS).find(([, kind]) => kind.status === status);
  return found === undefined ? "failure" : found[0] as ErrorKind;
}

function isIssue(issue: unknown): issue is ErrorIssue {
  return typeof issue === "object" && issue !== null &&
    "pointer" in issue && typeof issue.pointer === "string" && "detail" in issue && typeof issue.detail === "string";
}

/** Seconds, or a date; undefined when it says nothing that can be waited for. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}
