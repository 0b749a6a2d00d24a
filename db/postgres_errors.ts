/**
 * Errors of a Postgres server and of the way to it, in our words.
 */

import { CostopsError, type ErrorKind } from "../core/error.ts";
import { maskPassword } from "../core/mask.ts";

/** A server's error as `pg` gives it: SQLSTATE in `code`. */
interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
  /** The constraint that was violated. */
  readonly constraint?: string;
}

/** What a SQLSTATE, or the first two characters of one, means. `%` stands for what the server said. */
const STATES: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  "40001": ["temporary", "Cannot write to %url now: other processes were writing the same; try again"],
  "40P01": ["temporary", "Cannot write to %url now: other processes were writing the same; try again"],
  "55P03": ["temporary", "Cannot use %url now: another process holds what is needed; try again"],
  "57014": ["temporary", "Cannot get an answer of %url in time; ask for a shorter period, or try again"],
  "25006": ["temporary", "Cannot write to %url: it is read-only, perhaps a replica; name the primary server"],
  "53100": ["storage_full", "Cannot write to %url: the server's disk is full"],
  "53300": ["temporary", "Cannot connect to %url: the server has no connection left; try again"],
  "57P": ["temporary", "Cannot use %url now: %"],
  "08": ["temporary", "Cannot use %url now: %"],
  "53": ["temporary", "Cannot use %url now: %"],
  "58": ["storage_failure", "Cannot use %url: %"],
  "XX": ["storage_failure", "Cannot use %url: %"],
  "28": ["failure", "Cannot connect to %url: %; check user and password"],
  "3D": ["failure", "Cannot connect to %url: %; create it first with createdb"],
  "42501": ["failure", "Cannot use %url: %; its user lacks this right"],
  "22003": ["too_large", "Cannot add this up: the sum is beyond 64 bits"],
};

/** Of the pool, and of the way to the server. */
const POOL_IS_BUSY = /timeout exceeded when trying to connect/;
const NO_ANSWER = /Connection terminated due to connection timeout|timeout expired/;

/** What is said when the connection itself fails, by what the error has in it. */
const CONNECTION_FAULTS: readonly (readonly [RegExp, ErrorKind, string])[] = [
  [
    /does not support SSL|self.?signed|certificate|UnknownIssuer|SSL|TLS/i,
    "failure",
    "Cannot connect to %url: TLS failed: %; see sslmode in the address",
  ],
  [
    /client password must be a/,
    "failure",
    "Cannot connect to %url: it asks for a password and the address has none",
  ],
  [/SASL/, "failure", "Cannot connect to %url: %"],
  [
    /ENOENT|EACCES/,
    "failure",
    "Cannot connect to %url: a file that the address names cannot be read: %",
  ],
  [
    POOL_IS_BUSY,
    "temporary",
    "Cannot use %url now: all connections of this process were busy for 3 s; try again",
  ],
  [NO_ANSWER, "temporary", "Cannot connect to %url: no answer within 3 s; try again"],
  [/getaddrinfo|ENOTFOUND|EAI_AGAIN|failed to lookup/, "temporary", "Cannot connect to %url: no such host is known"],
  [
    /ECONNREFUSED|Connection refused/,
    "temporary",
    "Cannot connect to %url: nobody answers there; is the server running?",
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|unreachable/,
    "temporary",
    "Cannot connect to %url: there is no way to that host; try again",
  ],
  [
    /ECONNRESET|EPIPE|ETIMEDOUT|Query read timeout|Connection terminated|Connection reset|Broken pipe|not queryable|Client has encountered a connection error|stream.*(closed|ended|destroyed)|write after end/i,
    "temporary",
    "Cannot reach %url: the connection was lost; try again",
  ],
];

/** Says an error of the server or of the connection in our words; what is neither is given back as it is. */
export function explainPostgresError(error: unknown, url: string): unknown {
  if (error instanceof CostopsError || !(error instanceof Error)) return error;
  const said = (kind: ErrorKind, text: string, detail: string) =>
    new CostopsError(kind, text.replace(/%(url)?/g, (_, isUrl) => isUrl ? `"${maskPassword(url)}"` : detail), {
      cause: error,
    });
  if (isServerError(error)) {
    const state = findSpecialState(error) ?? STATES[error.code] ?? STATES[error.code.slice(0, 3)] ??
      STATES[error.code.slice(0, 2)];
    return state === undefined ? error : said(...state, error.message);
  }
  if (error instanceof Deno.errors.NotCapable) return said("failure", "Cannot connect to %url: %", error.message);
  const text = describe(error);
  const fault = CONNECTION_FAULTS.find(([pattern]) => pattern.test(text));
  return fault === undefined ? error : said(fault[1], fault[2], error.message || text);
}

/** States that mean several things; a server that does not speak English gets the general words. */
function findSpecialState({ code, message }: ServerError): (typeof STATES)[string] | undefined {
  if (code === "28000" && message.includes("no encryption")) {
    return [
      "failure",
      "Cannot connect to %url: the server wants TLS: add sslmode=verify-full or require to the address",
    ];
  }
  if (code === "40001" && message.includes("conflict with recovery")) {
    return [
      "temporary",
      "Cannot get an answer of %url: the replica had to go on with what the primary sent; try again",
    ];
  }
  return undefined;
}

/** Whether the connection is lost, so that nobody knows what became of what was being done. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isServerError(error)) return error.code.startsWith("08") || error.code.startsWith("57P");
  const text = describe(error);
  return CONNECTION_FAULTS.some(([pattern, kind]) => kind === "temporary" && pattern.test(text));
}

/** Whether the same work may well succeed when it is done again from its beginning. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isServerError(error) && (error.code === "40001" || error.code === "40P01")) return true;
  // These have waited long enough, and have done nothing.
  if (POOL_IS_BUSY.test(error.message) || NO_ANSWER.test(error.message)) return false;
  return isMonthGone(error) || isConnectionLost(error);
}

/** Whether a row with this key is there already. */
export function isKeyTaken(error: unknown): boolean {
  return error instanceof Error && isServerError(error) && error.code === "23505";
}

/** Whether a month was dropped by another process between looking for it and writing to it. */
export function isMonthGone(error: unknown): boolean {
  if (!(error instanceof Error) || !isServerError(error)) return false;
  // A row without a partition is said to violate a check that has no name.
  const isWithoutPartition = error.code === "23514" && error.constraint === undefined;
  return isWithoutPartition || /could not open relation with OID/.test(error.message);
}

function isServerError(error: Error): error is ServerError {
  return "severity" in error && typeof (error as { code?: unknown }).code === "string";
}

/** Several addresses of one host fail as one error whose own message is empty. */
function describe(error: Error): string {
  const parts = error instanceof AggregateError ? error.errors : [];
  const code = (error as { code?: unknown }).code;
  return [error.message, typeof code === "string" ? code : "", ...parts.map(String)].join(" ");
}
