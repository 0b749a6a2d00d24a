import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import { EMPTY_SUMMARY } from "../../../core/usage/summary.ts";
import { openLog } from "../../../server/log/log.ts";
import { logRequests } from "../../../server/log/request_log.ts";

/** What the log says of an answer, without what differs each time. */
async function logAnswer(answered: Partial<Parameters<ReturnType<typeof logRequests>>[0]>) {
  const pieces: string[] = [];
  const sink = (bytes: Uint8Array) => Promise.resolve(void pieces.push(new TextDecoder().decode(bytes)));
  const log = openLog({ level: "info", format: "json", now: () => 0, sink });
  const exchange = { request_id: "r", method: "POST", route: "/usage/stream", began: 0, status: 200, duration_ms: 2 };
  logRequests(log)({ ...exchange, is_fault: false, ...answered });
  await answered.ended;
  await log.flush();
  const { time: _time, duration_ms: _duration, error, ...said } = JSON.parse(pieces.join(""));
  return { ...said, error: error?.split("\n")[0] };
}

const REQUEST = { message: "request", request_id: "r", method: "POST", route: "/usage/stream", status: 200 };

Deno.test("logRequests() writes the line of a stream at its end, with what became of its records", async () => {
  const summary = { ...EMPTY_SUMMARY, read: 3, inserted: 2, duplicate: 1 };
  assert.deepEqual(await logAnswer({ ended: Promise.resolve({ summary }) }), {
    level: "info",
    ...REQUEST,
    read: 3,
    inserted: 2,
    duplicate: 1,
    error: undefined,
  });
});

Deno.test("logRequests() says why a stream ended early; a failure of our own is an error, with its text", async () => {
  const summary = { ...EMPTY_SUMMARY, read: 1, inserted: 1 };
  const slow = { summary, error: new CostopsError("too_slow", "Cannot wait longer") };
  const said = { ...REQUEST, read: 1, inserted: 1 };
  assert.deepEqual(await logAnswer({ ended: Promise.resolve(slow) }), {
    level: "info",
    ...said,
    code: "too_slow",
    error: undefined,
  });
  const broken = { summary, error: new Error("a bug") };
  assert.deepEqual(await logAnswer({ ended: Promise.resolve(broken) }), {
    level: "error",
    ...said,
    code: "failure",
    error: "Error: a bug",
  });
});

Deno.test("logRequests() tells a method that nobody serves as other", async () => {
  assert.equal((await logAnswer({ method: "PLANTED" })).method, "other");
});
