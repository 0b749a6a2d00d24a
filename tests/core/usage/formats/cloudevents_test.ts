import { deepStrictEqual, notStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const RECORD = { provider: "openai", model: "gpt-4", input_tokens: 1_500, output_tokens: 500 };
const event = (rest: SourceObject) => ({
  specversion: "1.0",
  id: "e-1",
  source: "/chat",
  type: "llm.usage",
  data: RECORD,
  ...rest,
});
const idOf = (rest: SourceObject) => readOne("cloudevents", event(rest)).id;

Deno.test("cloudevents takes source and id as the id, and the event's time where the data has none", () => {
  const draft = readOne("cloudevents", readFixture("cloudevents--canonical.json"));
  deepStrictEqual(buckets(draft), [1_500, 0, 0, 0, 500, 0, null]);
  deepStrictEqual([draft.id, draft.timestamp, draft.organization_id, draft.extra], [
    "urn:svc:chat#e-1",
    Date.UTC(2026, 2, 2, 10),
    undefined,
    { subject: "org-1" },
  ]);
  const timed = event({ time: "2026-03-02T10:00:00Z", data: { ...RECORD, timestamp: "2026-03-01T10:00:00Z" } });
  strictEqual(readOne("cloudevents", timed).timestamp, Date.UTC(2026, 2, 1, 10));
});

Deno.test("cloudevents reads data of every other format, as an object, as JSON text and in base64", () => {
  const message = {
    type: "message",
    id: "msg_1",
    model: "claude-opus-5",
    usage: { input_tokens: 5, output_tokens: 7 },
  };
  for (const data of [{ data: message }, { data: JSON.stringify(message) }]) {
    deepStrictEqual(buckets(readOne("cloudevents", event(data))), [5, 0, 0, 0, 7, 0, null]);
  }
  const packed = { data: undefined, data_base64: btoa(JSON.stringify(message)) };
  deepStrictEqual(buckets(readOne("cloudevents", event(packed))), [5, 0, 0, 0, 7, 0, null]);
});

Deno.test("cloudevents keeps apart sources and ids that are written alike together, and those too long for an id", () => {
  notStrictEqual(idOf({ source: "a#b", id: "c" }), idOf({ source: "a", id: "b#c" }));
  const long = "x".repeat(200);
  strictEqual(idOf({ id: long })?.length, 35);
  strictEqual(idOf({ id: long }), idOf({ id: long }));
  notStrictEqual(idOf({ id: long }), idOf({ id: `${long}y` }));
});

Deno.test("cloudevents gives each call of one event an id of its own", () => {
  const spans = readFixture("otlp-traces--chat.json").resourceSpans as SourceObject[];
  const drafts = readAs("cloudevents", event({ data: { resourceSpans: [...spans, ...spans] } }));
  strictEqual(new Set(drafts.map(({ id }) => id)).size, 2);
});

Deno.test("cloudevents refuses data that is no usage, and skips what its format skips", () => {
  const isUnknown = (error: { code?: string }) => error.code === "unknown_format";
  for (const data of [undefined, "hello", { answer: 42 }, event({})]) {
    throws(() => readAs("cloudevents", event({ data })), isUnknown);
  }
  deepStrictEqual(readAs("cloudevents", event({ data: readFixture("claude-code--user.json") })), []);
});
