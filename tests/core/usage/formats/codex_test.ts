import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readFixture, readOne } from "./fixtures.ts";
import { listLogs, readLines, readLog, settle, sumBuckets } from "./logs.ts";

const PARENT = "019cadc6-9a80-7000-8000-000000000001";
const FORK = "019cae34-7780-7000-8000-000000000002";
const SIBLING = "019cae6b-6600-7000-8000-000000000004";
const FORK_OF_FORK = "019caea2-5480-7000-8000-000000000003";
const AGENT = "019caed9-4300-7000-8000-000000000005";

const logOf = (session: string) => readLines(listLogs("codex", session)[0]!);
const meta = (payload: SourceObject) => ({ timestamp: "2026-03-02T09:00:00Z", type: "session_meta", payload });
const turn = (payload: SourceObject) => ({ timestamp: "2026-03-02T09:00:01Z", type: "turn_context", payload });
const counted = (info: SourceObject | null) => ({
  timestamp: "2026-03-02T09:00:05Z",
  type: "event_msg",
  payload: { type: "token_count", info },
});
const usage = (input: number, cached: number, output: number, reasoning = 0) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: input + output,
});
const total = (input: number, cached: number, output: number, reasoning = 0) =>
  counted({ total_token_usage: usage(input, cached, output, reasoning) });
const last = (input: number, cached: number, output: number) =>
  counted({ last_token_usage: usage(input, cached, output) });
const BEGINNING = [meta({ id: "s-1", cwd: "/home/ana/search" }), turn({ model: "gpt-5.2-codex" })];

Deno.test("codex reads 117,231 input of which 115,584 cached as 1,647 uncached", () => {
  const draft = readOne("codex", readFixture("codex--token-count.json"));
  deepStrictEqual(buckets(draft), [1_647, 115_584, 0, 0, 225, 64, null]);
  strictEqual(draft.model, "gpt-5.2-codex");
});

Deno.test("codex makes calls of the differences of the counters, with the model of their turn", () => {
  const drafts = readLog("codex", logOf(PARENT));
  deepStrictEqual(drafts.map((draft) => [draft.model, ...buckets(draft)]), [
    ["gpt-5.2-codex", 750, 250, 0, 0, 125, 75, null],
    ["gpt-5.2-codex", 500, 1_000, 0, 0, 100, 25, null],
    ["gpt-5.2", 200, 1_800, 0, 0, 75, 0, null],
  ]);
  deepStrictEqual({ ...drafts[0] }, {
    ...drafts[0],
    id: `${PARENT}:1000-250-0-125-75`,
    timestamp: Date.UTC(2026, 2, 2, 9, 0, 5),
    provider: "openai",
    operation: "chat",
    session: PARENT,
    project: "search",
    tags: { branch: "main", version: "0.148.0" },
  });
});

Deno.test("codex ignores counters that are said again, and events without counters", () => {
  const lines = [...BEGINNING, total(100, 0, 10), total(100, 0, 10), counted(null), total(100, 0, 10)];
  deepStrictEqual(sumBuckets(readLog("codex", lines)), [100, 0, 0, 0, 10, 0]);
});

Deno.test("codex takes the call's own counters where there is no total, and one that repeats the last as the same", () => {
  const drafts = readLog("codex", [...BEGINNING, last(100, 40, 10), last(100, 40, 10), last(150, 90, 10)]);
  deepStrictEqual(drafts.map(buckets), [[60, 40, 0, 0, 10, 0, null], [60, 90, 0, 0, 10, 0, null]]);
  deepStrictEqual(drafts.map(({ id }) => id), ["s-1:100-40-0-10-0", "s-1:250-130-0-20-0"]);
});

Deno.test("codex counts anew when the counters go back, and tells the same counters after it apart", () => {
  const lines = [...BEGINNING, total(100, 0, 10), total(300, 0, 30), total(100, 0, 10), total(150, 0, 15)];
  const drafts = readLog("codex", lines);
  deepStrictEqual(drafts.map((draft) => [draft.id, draft.input_tokens, draft.output_tokens]), [
    ["s-1:100-0-0-10-0", 100, 10],
    ["s-1:300-0-0-30-0", 200, 20],
    ["s-1:100-0-0-10-0:1", 100, 10],
    ["s-1:150-0-0-15-0:1", 50, 5],
  ]);
});

Deno.test("codex makes no call of counters that Codex set to the full context window", () => {
  const full = counted({ total_token_usage: { total_tokens: 272_000 }, last_token_usage: { total_tokens: 271_900 } });
  const drafts = readLog("codex", [...BEGINNING, total(100, 0, 10), full, total(40, 0, 4)]);
  deepStrictEqual(sumBuckets(drafts), [140, 0, 0, 0, 14, 0]);
});

Deno.test("codex counts the calls of forked sessions once, whatever the order of the files", () => {
  const logs = [PARENT, FORK, SIBLING, FORK_OF_FORK].map((session) => readLog("codex", logOf(session)));
  for (const order of [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]]) {
    const drafts = settle(order.flatMap((index) => logs[index]!));
    strictEqual(drafts.length, 6);
    deepStrictEqual(sumBuckets(drafts), [2_250, 4_850, 0, 0, 390, 120]);
  }
});

Deno.test("codex needs no other file than the fork's own to know whose the copies are", () => {
  const drafts = readLog("codex", logOf(FORK_OF_FORK));
  deepStrictEqual(drafts.map(({ id, session }) => [id, session]), [
    [`${PARENT}:1000-250-0-125-75`, PARENT],
    [`${PARENT}:2500-1250-0-225-100`, PARENT],
    [`${FORK}:3600-2000-0-260-110`, FORK],
    [`${FORK_OF_FORK}:4000-2300-0-280-110`, FORK_OF_FORK],
  ]);
});

Deno.test("codex keeps apart the calls of two forks that come to the same counters", () => {
  const drafts = [FORK, SIBLING].flatMap((session) => readLog("codex", logOf(session)));
  strictEqual(settle(drafts).length, 4);
});

Deno.test("codex counts of a log that begins with its parent's counters only its own calls", () => {
  const drafts = readLog("codex", logOf(AGENT));
  deepStrictEqual(drafts.map(buckets), [[1_000, 8_000, 0, 0, 35, 0, null], [700, 8_800, 0, 0, 40, 10, null]]);
  deepStrictEqual(drafts.map(({ session, quality }) => [session, quality]), [[AGENT, undefined], [AGENT, undefined]]);
});

Deno.test("codex reads several logs one after another on one pipe, a fork before its parent too", () => {
  for (const order of [[PARENT, FORK, AGENT], [FORK, PARENT, AGENT], [AGENT, FORK, PARENT]]) {
    const drafts = settle(readLog("codex", order.flatMap(logOf)));
    deepStrictEqual(sumBuckets(drafts), [1_450 + 350 + 1_700, 3_050 + 750 + 16_800, 0, 0, 300 + 35 + 75, 120]);
  }
});

Deno.test("codex flags a log of its own that begins with more than its first call", () => {
  const first = counted({ total_token_usage: usage(500, 0, 50), last_token_usage: usage(100, 0, 10) });
  const [draft] = readLog("codex", [...BEGINNING, first]);
  deepStrictEqual([draft!.input_tokens, draft!.quality], [100, ["total_mismatch"]]);
});

Deno.test("codex stores calls without a model as unknown, flagged", () => {
  const [draft] = readLog("codex", [meta({ id: "s-1" }), total(100, 0, 10)]);
  deepStrictEqual([draft!.model, draft!.provider, draft!.quality], ["unknown", "openai", ["missing_model"]]);
});

Deno.test("codex reads cache writes out of the input, and the fast mode as the priority tier", () => {
  const settings = {
    timestamp: "2026-03-02T09:00:01Z",
    type: "event_msg",
    payload: { type: "thread_settings_applied", thread_settings: { model: "gpt-5.6", service_tier: "fast" } },
  };
  const info = { total_token_usage: { ...usage(100, 60, 10), cache_write_input_tokens: 30 } };
  const [draft] = readLog("codex", [...BEGINNING, settings, counted(info)]);
  deepStrictEqual(buckets(draft!), [10, 60, 30, 0, 10, 0, null]);
  deepStrictEqual([draft!.model, draft!.service_tier], ["gpt-5.6", "priority"]);
});

Deno.test("codex leaves the id to the content where the log does not say whose it is", () => {
  strictEqual(readLog("codex", [total(100, 0, 10)])[0]!.id, undefined);
});

Deno.test("codex passes over the lines of early logs", () => {
  const lines = [
    { id: "s-1", timestamp: "2025-07-01T00:00:00Z", instructions: null },
    { record_type: "state" },
    { type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] },
    { type: "function_call", name: "shell", arguments: "{}", call_id: "c" },
    { type: "function_call_output", call_id: "c", output: "" },
    { type: "reasoning", summary: [] },
  ];
  deepStrictEqual(readLog("codex", lines), []);
});

Deno.test("codex refuses a counter that cannot be read", () => {
  throws(
    () => readLog("codex", [...BEGINNING, total(-1, 0, 0)]),
    (error: { code?: string }) => error.code === "negative_tokens",
  );
});

Deno.test("codex's calls add up to the last counters, however often they are said", () => {
  const call = fc.record({ input: fc.nat(1e6), cached: fc.nat(1e6), output: fc.nat(1e5), repeats: fc.nat(2) });
  fc.assert(fc.property(fc.array(call, { maxLength: 20 }), (calls) => {
    let [input, cached, output] = [0, 0, 0];
    const lines: SourceObject[] = [...BEGINNING];
    for (const part of calls) {
      input += part.input + part.cached;
      cached += part.cached;
      output += part.output;
      for (let time = 0; time <= part.repeats; time++) lines.push(total(input, cached, output));
    }
    const drafts = readLog("codex", lines);
    deepStrictEqual(sumBuckets(drafts), [input - cached, cached, 0, 0, output, 0]);
    strictEqual(new Set(drafts.map(({ id }) => id)).size, drafts.length);
  }));
});
