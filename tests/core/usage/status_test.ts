import assert from "node:assert/strict";
import { isErrorStatus } from "../../../core/usage/status.ts";

Deno.test("isErrorStatus() takes numbers as HTTP's: an error from 400 on", () => {
  for (const status of ["200", "201", "304", "399", "0", "1"]) assert.equal(isErrorStatus(status), false, status);
  for (const status of ["400", "404", "429", "500", "503", "529"]) assert.equal(isErrorStatus(status), true, status);
});

Deno.test("isErrorStatus() knows the words of the sources for calls that did not fail, in any spelling", () => {
  const fine = [
    "ok",
    "OK",
    "success",
    "succeeded",
    "completed",
    "incomplete",
    "in_progress",
    "In-Progress",
    "cancelled",
  ];
  for (const status of [...fine, "STATUS_CODE_OK", " ok ", "end_turn"]) {
    assert.equal(isErrorStatus(status), false, status);
  }
});

Deno.test("isErrorStatus() takes every other text as the name of an error", () => {
  for (
    const status of ["error", "failed", "failure", "errored", "expired", "timeout", "ThrottlingException", "4xx", ""]
  ) {
    assert.equal(isErrorStatus(status), true, status);
  }
});
