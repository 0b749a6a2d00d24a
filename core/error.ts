/**
 * The one class of expected errors and the one table of their kinds: HTTP status, exit code and title.
 */

/** What each kind of expected error means to an HTTP client, to a shell and to a reader. */
export const ERROR_KINDS = {
  failure: { status: 500, exit: 1, title: "Failure" },
  unreadable: { status: 400, exit: 2, title: "Unreadable input" },
  usage: { status: 400, exit: 2, title: "Wrong usage" },
  invalid: { status: 422, exit: 2, title: "Invalid input" },
  not_found: { status: 404, exit: 3, title: "Not found" },
  unauthenticated: { status: 401, exit: 4, title: "Not authenticated" },
  forbidden: { status: 403, exit: 4, title: "Not allowed" },
  forbidden_organization: { status: 403, exit: 4, title: "Not allowed in this organization" },
  conflict: { status: 409, exit: 5, title: "Conflict" },
  report_pending: { status: 409, exit: 6, title: "Report not ready" },
  report_failed: { status: 409, exit: 1, title: "Report failed" },
  deleted: { status: 409, exit: 5, title: "Deleted" },
  expired: { status: 410, exit: 3, title: "Expired" },
  beyond_retention: { status: 422, exit: 2, title: "Beyond retention" },
  method_not_allowed: { status: 405, exit: 2, title: "Method not allowed" },
  too_slow: { status: 408, exit: 6, title: "Too slow" },
  too_large: { status: 413, exit: 2, title: "Too large" },
  address_too_long: { status: 414, exit: 2, title: "Address too long" },
  unsupported_media_type: { status: 415, exit: 2, title: "Unsupported media type" },
  range_not_satisfiable: { status: 416, exit: 2, title: "Range not satisfiable" },
  rate_limited: { status: 429, exit: 6, title: "Too many requests" },
  temporary: { status: 503, exit: 6, title: "Temporarily unavailable" },
  storage_full: { status: 503, exit: 6, title: "Storage full" },
  storage_failure: { status: 503, exit: 1, title: "Storage failure" },
} as const;

/** The name of a kind of expected error; stable, for people who script on it. */
export type ErrorKind = keyof typeof ERROR_KINDS;

/** One fault in one place of the input, as in RFC 9457's `errors` extension. */
export interface ErrorIssue {
  /** JSON pointer of the field, `""` for the whole. */
  readonly pointer: string;
  readonly detail: string;
}

/** What an error says beyond its message. */
export interface ErrorOptions {
  readonly issues?: readonly ErrorIssue[];
  readonly cause?: unknown;
  readonly retry_after_s?: number;
  // `bytes */1234`: what there is of a file, when a part was asked for that it does not have.
  readonly content_range?: string;
}

/**
 * An expected error: its message says the action, quotes the value and says what is wanted, without a final period.
 * Everything else that is thrown is a bug.
 */
export class CostopsError extends Error {
  readonly kind: ErrorKind;
  readonly issues: readonly ErrorIssue[];
  /** Whole seconds after which trying again makes sense; undefined when nobody can tell. */
  readonly retry_after_s: number | undefined;
  /** See {@link ErrorOptions}. */
  readonly content_range: string | undefined;

  constructor(kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CostopsError";
    this.kind = kind;
    this.issues = options.issues ?? [];
    this.retry_after_s = options.retry_after_s;
    this.content_range = options.content_range;
  }
}
