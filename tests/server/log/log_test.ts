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

Deno.test("Log.write() counts what nobody takes, and says it when somebody does", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let written = "";
  const log = openLog({
    level: "info",
    format: "json",
    now: () => 0,
    sink: async (bytes) => {
      await promise;
      written += new TextDecoder().decode(bytes);
    },
  });
  const text = "x".repeat(LIMITS.log_text_characters);
  const lines = Math.ceil(LIMITS.log_waiting_characters / text.length) + 5;
  for (let at = 0; at < lines; at++) log.write("info", text);
  resolve();
  await log.flush();
  const kept = written.split("\n").filter((line) => line.includes(text)).length;
  const lost = Number(/"lost":(\d+)/.exec(written)?.[1]);
  assert.ok(lost > 0 && written.length <= LIMITS.log_waiting_characters + lines + 1_000);
  assert.equal(kept + lost, lines);
});

for (
  const [given, wanted] of [
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
