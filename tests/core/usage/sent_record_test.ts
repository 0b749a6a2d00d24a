import assert from "node:assert/strict";
import fc from "fast-check";
import { hashContent } from "../../../core/usage/identity.ts";
import { QUALITY_FLAGS, RejectedRecord, SERVICE_TIERS, type UsageDraft } from "../../../core/usage/record.ts";
import { readSentRecord, toSentRecord, writeSentRecord } from "../../../core/usage/sent_record.ts";

const NEW_ID = "01993b2e-7c1f-7d2a-9a55-0d6b8f3f1c42";
const GIVEN = { format: "canonical", nextOrdinal: () => 3, newId: () => NEW_ID };

const DRAFT: UsageDraft = {
  id: "r-1",
  timestamp: Date.UTC(2026, 0, 5),
  model: "gpt-4",
  input_tokens: 10,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 5,
  reasoning_tokens: 2,
  units: null,
};

/** As it goes over the wire, with some fields changed. */
function send(draft: UsageDraft, changed: object = {}): unknown {
  return { ...JSON.parse(writeSentRecord(toSentRecord(draft, GIVEN))), ...changed };
}

const count = fc.integer({ min: 0, max: 100_000_000_000 });
const text = fc.string({ unit: "binary" });
const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("-0"));
const drafts: fc.Arbitrary<UsageDraft> = fc.record({
  id: text,
  timestamp: fc.integer(),
  organization_id: text,
  provider: text,
  model: text,
  service_tier: fc.constantFrom(...SERVICE_TIERS),
  project: text,
  tags: fc.dictionary(fc.string(), text),
  reported_cost: text,
  latency_ms: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  extra: fc.dictionary(fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"), json, { maxKeys: 3 }),
  quality: fc.subarray([...QUALITY_FLAGS]),
  input_tokens: count,
  cache_read_tokens: count,
  cache_write_5m_tokens: count,
  cache_write_1h_tokens: count,
  output_tokens: count,
  reasoning_tokens: fc.constant(0),
  units: fc.option(fc.record({ web_searches: count, seconds: count }, { requiredKeys: [], noNullPrototype: true })),
}, {
  noNullPrototype: true,
  requiredKeys: [
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "units",
  ],
});

Deno.test("readSentRecord() reads back whatever writeSentRecord() writes, with the same content", () => {
  fc.assert(fc.property(drafts, (draft) => {
    const sent = toSentRecord(draft, GIVEN);
    const read = readSentRecord(JSON.parse(writeSentRecord(sent)));
    assert.equal(read.content_hash, hashContent(draft));
    assert.deepEqual({ ...read.draft, tags: null, extra: null }, { ...draft, tags: null, extra: null });
    assert.deepEqual([read.ordinal, read.new_id, read.format], [sent.ordinal, sent.new_id, "canonical"]);
  }));
});

Deno.test("toSentRecord() says how often the content came before where there is no id, and gives an id where nothing is", () => {
  const { id: _id, ...without_id } = DRAFT;
  const { timestamp: _timestamp, ...without_both } = without_id;
  const said = [DRAFT, without_id, without_both].map((draft) => {
    const { ordinal, new_id } = toSentRecord(draft, GIVEN);
    return [ordinal, new_id];
  });
  assert.deepEqual(said, [[undefined, undefined], [3, undefined], [undefined, NEW_ID]]);
});

Deno.test("toSentRecord() leaves out unknown fields that nobody keeps, and hashes them all the same", () => {
  const draft = { ...DRAFT, extra: { big: "x".repeat(9_000) } };
  const read = readSentRecord(send(draft));
  assert.equal(read.is_extra_left_out, true);
  assert.equal(read.draft.extra, undefined);
  assert.equal(read.content_hash, hashContent(draft));
});

/** What a client could try, each refused alone. */
const WRONG: readonly (readonly [string, object])[] = [
  ["another content than its hash", { output_tokens: 6 }],
  ["no hash", { content_hash: undefined }],
  ["a negative count", { input_tokens: -1 }],
  ["half a token", { input_tokens: 0.5 }],
  ["a count beyond the limit", { input_tokens: 100_000_000_001 }],
  ["a count as text", { input_tokens: "10" }],
  ["more reasoning than output", { reasoning_tokens: 6 }],
  ["an unknown field", { cost_usd: "0" }],
  ["a supersession of its own", { may_supersede: true }],
  ["an unknown flag", { quality: ["golden"] }],
  ["an unknown unit", { units: { gold: 1 } }],
  ["a tag that is no text", { tags: { team: 1 } }],
  ["an unknown tier", { service_tier: "gold" }],
  ["a number as project", { project: 7 }],
  ["a time that is no instant", { timestamp: "2026-01-05" }],
  ["an id that is no text, and no ordinal", { id: undefined }],
  ["an ordinal of 0", { id: undefined, ordinal: 0 }],
  ["no id at all", { id: undefined, timestamp: undefined }],
  ["an id of its own making", { id: undefined, timestamp: undefined, new_id: "mine" }],
];

for (const [what, changed] of WRONG) {
  Deno.test(`readSentRecord() refuses ${what}`, () => {
    const value = JSON.parse(JSON.stringify(send(DRAFT, changed)));
    assert.throws(() => readSentRecord(value), RejectedRecord);
  });
}
