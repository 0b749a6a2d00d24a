import assert from "node:assert/strict";
import { ERROR_KINDS } from "../../core/error.ts";

Deno.test("ERROR_KINDS give each kind its HTTP status and its exit code", () => {
  const table = Object.entries(ERROR_KINDS).map(([kind, { status, exit }]) => `${kind} ${status} ${exit}`);
  assert.deepEqual(table, [
    "failure 500 1",
    "unreadable 400 2",
    "usage 400 2",
    "invalid 422 2",
    "not_found 404 3",
    "unauthenticated 401 4",
    "forbidden 403 4",
    "forbidden_organization 403 4",
    "conflict 409 5",
    "report_pending 409 6",
    "report_failed 409 1",
    "deleted 409 5",
    "expired 410 3",
    "beyond_retention 422 2",
    "method_not_allowed 405 2",
    "too_slow 408 6",
    "too_large 413 2",
    "address_too_long 414 2",
    "unsupported_media_type 415 2",
    "range_not_satisfiable 416 2",
    "rate_limited 429 6",
    "temporary 503 6",
    "storage_full 503 6",
    "storage_failure 503 1",
  ]);
});
