import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";
import { listLogs, readLines, readLog, settle, sumBuckets } from "./logs.ts";

const LOGS = listLogs("claude-code").map((path) => readLog("claude-code", readLines(path)));
const line = (message: SourceObject, rest: SourceObject = {}) => ({
  type: "assistant",
  sessionId: "s-1",
  uuid: "u-1",
  message: { id: "msg_1", model: "claude-sonnet-4-5", usage: { input_tokens: 1, output_tokens: 1 }, ...message },
  ...rest,
});

Deno.test("claudeCode reads 5 uncached, 128,955 read and 1,253 written, 253 of them for an hour: 130,213 in all", () => {
  const draft = readOne("claude-code", readFixture("claude-code--assistant.json"));
  deepStrictEqual(draft, {
    id: "msg_1:req_1",
    timestamp: Date.UTC(2026, 2, 2, 10),
    provider: "anthropic",
    model: "claude-sonnet-4-5-20250929",
    operation: "chat",
    service_tier: "standard",
    project: "search",
    session: "s-1",
    tags: { branch: "main", version: "2.1.63" },
    input_tokens: 5,
    cache_read_tokens: 128_955,
    cache_write_5m_tokens: 1_000,
    cache_write_1h_tokens: 253,
    output_tokens: 200,
    reasoning_tokens: 0,
    units: null,
  });
});

Deno.test("claudeCode counts a call once: streamed lines, an agent's progress and log, a resumed session", () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
    const drafts = settle(order.flatMap((index) => LOGS[index]!));
    strictEqual(drafts.length, 5);
    deepStrictEqual(sumBuckets(drafts), [322, 130_005, 1_000, 253, 400, 0]);
  }
});

Deno.test("claudeCode skips errors, synthetic messages and every line that is no call", () => {
  const others: SourceObject[] = [
    readFixture("claude-code--user.json"),
    readFixture("claude-code--snapshot.json"),
    { type: "summary", summary: "x", leafUuid: "u" },
    { type: "queue-operation", operation: "enqueue", sessionId: "s-1", timestamp: "2026-03-02T10:00:00Z" },
    { type: "a-type-of-tomorrow", sessionId: "s-1" },
    line({}, { isApiErrorMessage: true }),
    line({ model: "<synthetic>" }),
    line({ usage: null }),
  ];
  deepStrictEqual(others.map((value) => readAs("claude-code", value)), others.map(() => []));
});

Deno.test("claudeCode reads the call inside an agent's progress, as part of its session", () => {
  const draft = readOne("claude-code", readFixture("claude-code--agent-progress.json"));
  deepStrictEqual(
    [draft.id, draft.timestamp, draft.session, draft.project, draft.tags?.sidechain, ...buckets(draft)],
    ["msg_2:req_2", Date.UTC(2026, 2, 2, 10, 4, 59), "s-1", "search", "true", 10, 0, 0, 0, 20, 0, null],
  );
});

Deno.test("claudeCode tells a call by its message alone where a gateway leaves the request out", () => {
  strictEqual(readOne("claude-code", line({})).id, "msg_1");
  strictEqual(readOne("claude-code", line({ id: undefined })).id, "u-1");
  strictEqual(readOne("claude-code", line({ id: "m".repeat(200) })).id?.length, 34);
});

Deno.test("claudeCode reads cost, speed and side chain", () => {
  const usage = { input_tokens: 1, output_tokens: 1, speed: "fast" };
  const draft = readOne("claude-code", line({ usage }, { costUSD: 0.12, isSidechain: true }));
  deepStrictEqual([draft.reported_cost, draft.service_tier, draft.tags], ["0.12", "fast", { sidechain: "true" }]);
});

Deno.test("claudeCode tells the seller by the model's id", () => {
  const seller = (model: string) => readOne("claude-code", line({ model })).provider;
  strictEqual(seller("claude-opus-4-6"), "anthropic");
  strictEqual(seller("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), "aws");
  strictEqual(seller("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"), "aws");
  strictEqual(seller("claude-sonnet-4-5@20250929"), "google");
  strictEqual(seller("kimi-k2.5"), undefined);
});

Deno.test("claudeCode takes the last segment of the folder as the project, on every system", () => {
  const project = (cwd: string) => readOne("claude-code", line({}, { cwd })).project;
  strictEqual(project("/home/ana/work/search/"), "search");
  strictEqual(project("C:\\Users\\ana\\search"), "search");
  strictEqual(project("/"), undefined);
});

Deno.test("claudeCode keeps writes of which the log does not say for how long as 5 minutes, flagged", () => {
  const usage = { input_tokens: 1, cache_creation_input_tokens: 500, output_tokens: 1 };
  const draft = readOne("claude-code", line({ usage }));
  deepStrictEqual([...buckets(draft), draft.quality], [1, 0, 500, 0, 1, 0, null, ["cache_write_unsplit"]]);
});
