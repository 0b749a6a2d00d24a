import assert from "node:assert/strict";
import { LIMITS } from "../../../core/limits.ts";
import { type LogFormat, type LogLevel, openLog } from "../../../server/log/log.ts";
import { redact } from "../../../server/log/redact.ts";

function makeLog({ level = "info", format = "json" }: { level?: LogLevel; format?: LogFormat } = {}) {
  const pieces: string[] = [];
  const sink = (bytes: Uint8Array) => Promise.resolve(void pieces.push(new TextDecoder().decode(bytes)));
  return { log: openLog({ level, format, now: () => Date.UTC(2026, 0, 5, 10), sink }), pieces };
}

Deno.test("Log.write() writes a JSON line with its fields, without those that are undefined", async () => {
  const { log, pieces } = makeLog();
  log.write("info", "request", { status: 201, duration_ms: 1.5, code: undefined });
  await log.flush();
  assert.deepEqual(pieces, [
    '{"time":"2026-01-05T10:00:00.000Z","level":"info","message":"request","status":201,"duration_ms":1.5}\n',
  ]);
});

Deno.test("Log.write() writes for people when it is told to, and quotes what has spaces", async () => {
  const { log, pieces } = makeLog({ format: "pretty" });
  log.write("warn", "request", { route: "/usage/{id}", error: "no such thing" });
  await log.flush();
  assert.deepEqual(pieces, ['2026-01-05 10:00:00.000 warn  request route=/usage/{id} error="no such thing"\n']);
});

Deno.test("Log.write() leaves out what is less important than its level", async () => {
  const { log, pieces } = makeLog({ level: "warn" });
  log.write("info", "a");
  log.write("debug", "b");
  await log.flush();
  assert.deepEqual(pieces, []);
});

Deno.test("Log.write() escapes control characters and those that turn the direction of text, in both formats", async () => {
  for (const format of ["json", "pretty"] as const) {
    const { log, pieces } = makeLog({ format });
    log.write("info", "a\nb\x1b[31m\x9b\u202ec", { text: "\r\n\x7f\u2028" });
    await log.flush();
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(pieces.join("").slice(0, -1), /[\x00-\x1f\x7f-\x9f\u2028\u202e]/);
    assert.equal(pieces.join("").split("\n").length, 2);
  }
});

/** A log whose lines nobody takes until they are let through, and which is a second older with every look at the clock. */
function makeHeldLog() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [time, written] = [0, ""];
  const sink = async (bytes: Uint8Array) => {
    await promise;
    written += new TextDecoder().decode(bytes);
  };
  const log = openLog({ level: "info", format: "json", now: () => time += 1_000, sink });
  const readLines = async () => {
    resolve();
    await log.flush();
    return written.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  };
  return { log, readLines };
}

Deno.test("Log.write() counts what nobody takes, and says it when somebody does", async () => {
  const { log, readLines } = makeHeldLog();
  const text = "x".repeat(LIMITS.log_text_characters);
  const count = Math.ceil(LIMITS.log_waiting_characters / text.length) + 5;
  for (let at = 0; at < count; at++) log.write("error", text);
  const lines = await readLines();
  const kept = lines.filter(({ message }) => message === text).length;
  const said = lines.find(({ message }) => message === "log lines lost: nobody took them");
  assert.ok(kept * text.length <= LIMITS.log_waiting_characters);
  assert.deepEqual([said.level, kept + said.count], ["warn", count]);
});

Deno.test("Log.write(): errors have room when nobody takes lines and everything else has none", async () => {
  const { log, readLines } = makeHeldLog();
  const text = "x".repeat(LIMITS.log_text_characters);
  const count = Math.ceil(LIMITS.log_waiting_characters / text.length) + 5;
  for (let at = 0; at < count; at++) log.write("info", text);
  log.write("error", "it has failed");
  const lines = await readLines();
  assert.ok(lines.some(({ message }) => message === "it has failed"));
});

Deno.test("Log.write(): of a flood it writes the first lines of a level, then a sample, every error, and says how many it left out", async () => {
  const { log, pieces } = makeLog();
  for (let at = 1; at <= 1_000; at++) {
    log.write("info", "request", { at });
    if (at % 250 === 0) log.write("error", "failed", { at });
  }
  log.write("warn", "stopping");
  await log.flush();
  const lines = pieces.join("").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const written = lines.filter(({ message }) => message === "request").map(({ at }) => at);
  const first = Array.from({ length: 200 }, (_, at) => at + 1);
  assert.deepEqual(written, [...first, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  assert.deepEqual(lines.filter(({ message }) => message === "failed").map(({ at }) => at), [250, 500, 750, 1_000]);
  assert.deepEqual(lines.filter(({ message }) => message === "stopping").length, 1);
  assert.deepEqual(lines.at(-1), {
    time: "2026-01-05T10:00:00.000Z",
    level: "warn",
    message: "log lines left out: too many in a second",
    count: 792,
  });
});

Deno.test("Log.write() says what it left out when the second is over, also when nothing more is written", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [time, written] = [0, ""];
  const sink = (bytes: Uint8Array) => {
    written += new TextDecoder().decode(bytes);
    if (written.includes("left out")) resolve();
    time = 1_000;
    return Promise.resolve();
  };
  const log = openLog({ level: "info", format: "pretty", now: () => time, sink });
  for (let at = 0; at < 201; at++) log.write("info", "request");
  await promise;
  assert.match(written, / warn {2}log lines left out: too many in a second count=1\n$/);
  await log.flush();
});

for (
  const [given, wanted] of [
    ["signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw= by", "signed with whsec_*** by"],
    ["to https://hooks.slack.com/services/T0/B0/XyZ failed", "to https://hooks.slack.com/*** failed"],
    ["key cops_AbCdEfGh_0123456789abcdefghijklmnopqrstuv012345 used", "key cops_AbCdEfGh_*** used"],
    ["Authorization: Bearer abc.def", "Authorization: Bearer ***"],
    ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln end", "token *** end"],
    ['{"username":"ann","password":"hunter2 hunter2"}', '{"username":"ann","password":"***"}'],
    ["postgres://costops:p@ss/word@db/costops is down", "postgres://costops:***@db/costops is down"],
    ["Cookie: session=1; other=2", "Cookie: ***"],
    ["refresh_token=abc&x=1", "refresh_token=***&x=1"],
    ["a plain sentence about tokens and a password", "a plain sentence about tokens and a password"],
  ] as const
) {
  Deno.test(`redact() of ${JSON.stringify(given)}`, () => assert.equal(redact(given), wanted));
}
