import assert from "node:assert/strict";
import { inPlace } from "./program.ts";

const TOKENS = ["report", "cost", "--since", "2026-03-02", "--until", "2026-03-02", "--format", "csv"];

/** The rows of the report without costs, which follow the price catalogue. */
function tokensOf(csv: string): string[] {
  return csv.trimEnd().split("\n").slice(1).map((row) => row.split(",").slice(0, 7).join(","));
}

Deno.test("costops ingest: rows of LiteLLM's CSV with JSON in their cells", async () => {
  const header = "request_id,call_type,spend,total_tokens,prompt_tokens,completion_tokens,startTime,model," +
    "custom_llm_provider,metadata,cache_hit,request_tags";
  const usage = '"{""usage_object"": {""prompt_tokens_details"": {""cached_tokens"": 400}}}"';
  const rows = [
    `a,acompletion,0.01,1100,1000,100,2026-03-02 09:00:00.25,gpt-4o-mini,openai,${usage},False,"[""job:7""]"`,
    `b,acompletion,0,1100,1000,100,2026-03-02 09:00:01.25,gpt-4o-mini,openai,{},True,[]`,
  ];
  await inPlace(async ({ run }) => {
    const { err } = await run(["ingest"], [header, ...rows, ""].join("\n"));
    assert.match(err, /^read 2 \/ inserted 2 \/ duplicate 0 \/ conflict 0 \/ rejected 0 \/ unpriced 0$/m);
    assert.deepEqual(tokensOf((await run(TOKENS)).out), ["gpt-4o-mini,2,600,400,0,100,1100"]);
    const tagged = await run([...TOKENS, "--group-by", "tag:job", "--filter", "tag:job=7"]);
    assert.deepEqual(tokensOf(tagged.out), ["7,1,600,400,0,100,1100"]);
  });
});

Deno.test("costops ingest: of OpenTelemetry's spans in one value the bad one is refused alone", async () => {
  const span = (spanId: string, input: string) => ({
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId,
    name: "chat",
    startTimeUnixNano: `${Date.UTC(2026, 2, 2, 9)}000000`,
    attributes: [
      { key: "gen_ai.provider.name", value: { stringValue: "openai" } },
      { key: "gen_ai.response.model", value: { stringValue: "gpt-4o" } },
      { key: "gen_ai.usage.input_tokens", value: { intValue: input } },
    ],
  });
  const spans = [span("00000000000000aa", "100"), span("00000000000000ab", "-1"), span("00000000000000ac", "200")];
  const line = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  await inPlace(async ({ run }) => {
    const first = await run(["ingest"], `${line}\n`);
    assert.equal(first.code, 7);
    assert.match(first.err, /^stdin:1: rejected negative_tokens: .*\nread 3 \/ inserted 2 \/ .* rejected 1 \//);
    assert.deepEqual(tokensOf((await run(TOKENS)).out), ["gpt-4o,2,300,0,0,0,300"]);
    assert.match((await run(["ingest"], `${line}\n`)).err, /read 3 \/ inserted 0 \/ duplicate 2 \//);
  });
});

Deno.test("costops ingest: a batch of CloudEvents, which is an array", async () => {
  const event = (id: string, input_tokens: number) => ({
    specversion: "1.0",
    id,
    source: "urn:svc:chat",
    type: "llm.usage",
    time: "2026-03-02T09:00:00Z",
    data: { provider: "openai", model: "gpt-4o", input_tokens },
  });
  await inPlace(async ({ run }) => {
    const { err } = await run(["ingest"], JSON.stringify([event("1", 10), event("2", 20), event("1", 10)]));
    assert.match(err, /^read 3 \/ inserted 2 \/ duplicate 1 \//);
    assert.deepEqual(tokensOf((await run(TOKENS)).out), ["gpt-4o,2,30,0,0,0,30"]);
  });
});
