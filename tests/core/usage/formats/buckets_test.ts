import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { findFormat } from "../../../../core/usage/detect.ts";
import { sumTokens } from "../../../../core/usage/draft.ts";
import type { SourceObject } from "../../../../core/usage/format.ts";
import type { UsageDraft } from "../../../../core/usage/record.ts";
import { OTHER_UNIT_NAMES, TEXT_UNIT_NAMES, UNITS } from "../../../../core/usage/units.ts";

const UNIT_NAMES = [...TEXT_UNIT_NAMES, ...OTHER_UNIT_NAMES];

/** A usage object whose parts fit into its totals, with the sum that its source calls all tokens. */
interface Consistent {
  readonly format: string;
  readonly value: SourceObject;
  readonly total: number;
}

const TOKEN_FIELDS = UNIT_NAMES.filter((name) => UNITS[name].dimensions.family === "tokens");

const count = fc.oneof(fc.constant(0), fc.nat(50), fc.nat(2_000_000));

/** Parts that are drawn first, so that the totals made of them are consistent. */
const openaiParts = fc.record({
  fresh: count,
  cached: count,
  written: count,
  audio: count,
  image: count,
  text: count,
  audioOut: count,
  reasoning: count,
}); // deno-fmt-ignore

const openaiUsage = openaiParts.map((part) => ({
  input: part.fresh + part.cached + part.written + part.audio + part.image,
  output: part.text + part.reasoning + part.audioOut,
  inputDetails: {
    cached_tokens: part.cached,
    cache_write_tokens: part.written,
    audio_tokens: part.audio,
    image_tokens: part.image,
  },
  outputDetails: { reasoning_tokens: part.reasoning, audio_tokens: part.audioOut },
}));

const chat = openaiUsage.map((usage) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: usage.inputDetails,
  completion_tokens_details: usage.outputDetails,
}));

const consistent: readonly fc.Arbitrary<Consistent>[] = [
  chat.map((usage) => ({
    format: "openai-chat",
    value: { object: "chat.completion", model: "gpt-4o", usage },
    total: usage.total_tokens,
  })),
  chat.map((usage) => ({ format: "openrouter", value: { id: "gen-1", usage }, total: usage.total_tokens })),
  chat.map((usage) => ({ format: "canonical", value: { ...usage, model: "gpt-4o" }, total: usage.total_tokens })),
  chat.map((usage) => ({
    format: "openai-batch",
    value: { custom_id: "c", response: { body: { object: "chat.completion", usage } } },
    total: usage.total_tokens,
  })),
  openaiUsage.map((usage) => ({
    format: "openai-responses",
    value: {
      object: "response",
      usage: {
        input_tokens: usage.input,
        output_tokens: usage.output,
        total_tokens: usage.input + usage.output,
        input_tokens_details: usage.inputDetails,
        output_tokens_details: usage.outputDetails,
      },
    },
    total: usage.input + usage.output,
  })),
  fc.dictionary(fc.constantFrom(...TOKEN_FIELDS), count).map((counts) => ({
    format: "canonical",
    value: { model: "m", input_tokens: 0, ...counts },
    total: Object.values(counts).reduce((sum, tokens) => sum + tokens, 0),
  })),
  count.map((tokens) => ({
    format: "openai-embeddings",
    value: { object: "list", data: [], usage: { prompt_tokens: tokens, total_tokens: tokens } },
    total: tokens,
  })),
  fc.record({ text: count, image: count, output: count }).map(({ text, image, output }) => ({
    format: "openai-images",
    value: {
      data: [],
      usage: {
        input_tokens: text + image,
        output_tokens: output,
        total_tokens: text + image + output,
        input_tokens_details: { text_tokens: text, image_tokens: image },
      },
    },
    total: text + image + output,
  })),
  fc.record({ input: count, read: count, five: count, hour: count, output: count, thinking: count }).map((part) => ({
    format: "anthropic-messages",
    value: {
      type: "message",
      usage: {
        input_tokens: part.input,
        cache_read_input_tokens: part.read,
        cache_creation_input_tokens: part.five + part.hour,
        cache_creation: { ephemeral_5m_input_tokens: part.five, ephemeral_1h_input_tokens: part.hour },
        output_tokens: part.output + part.thinking,
        output_tokens_details: { thinking_tokens: part.thinking },
      },
    },
    total: part.input + part.read + part.five + part.hour + part.output + part.thinking,
  })),
  fc.record({ input: count, read: count, five: count, hour: count, output: count }).map((part) => ({
    format: "claude-code",
    value: {
      type: "assistant",
      sessionId: "s",
      message: {
        id: "msg_1",
        model: "claude-opus-5",
        usage: {
          input_tokens: part.input,
          cache_read_input_tokens: part.read,
          cache_creation_input_tokens: part.five + part.hour,
          cache_creation: { ephemeral_5m_input_tokens: part.five, ephemeral_1h_input_tokens: part.hour },
          output_tokens: part.output,
        },
      },
    },
    total: part.input + part.read + part.five + part.hour + part.output,
  })),
  fc.record({
    text: count,
    audio: count,
    video: count,
    cachedText: count,
    cachedAudio: count,
    tool: count,
    out: count,
    imageOut: count,
    thoughts: count,
  }).map((part) => {
    const prompt = part.text + part.audio + part.video + part.cachedText + part.cachedAudio;
    const total = prompt + part.tool + part.out + part.imageOut + part.thoughts;
    const usageMetadata = {
      promptTokenCount: prompt,
      cachedContentTokenCount: part.cachedText + part.cachedAudio,
      candidatesTokenCount: part.out + part.imageOut,
      thoughtsTokenCount: part.thoughts,
      toolUsePromptTokenCount: part.tool,
      totalTokenCount: total,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: part.text + part.cachedText },
        { modality: "AUDIO", tokenCount: part.audio + part.cachedAudio },
        { modality: "VIDEO", tokenCount: part.video },
      ],
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: part.cachedText },
        { modality: "AUDIO", tokenCount: part.cachedAudio },
      ],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: part.imageOut }],
    };
    return { format: "gemini", value: { modelVersion: "gemini-2.5-pro", usageMetadata }, total };
  }), // deno-fmt-ignore
  fc.record({ input: count, output: count, read: count, write: count }).map((part) => ({
    format: "bedrock-converse",
    value: {
      stopReason: "end_turn",
      usage: {
        inputTokens: part.input,
        outputTokens: part.output,
        totalTokens: part.input + part.output,
        cacheReadInputTokens: part.read,
        cacheWriteInputTokens: part.write,
        cacheDetails: [{ ttl: "5m", inputTokens: part.write }],
      },
    },
    total: part.input + part.output + part.read + part.write,
  })),
  fc.record({ input: count, output: count, read: count, write: count }).map((part) => ({
    format: "bedrock-invocation-log",
    value: {
      schemaType: "ModelInvocationLog",
      input: {
        inputTokenCount: part.input,
        cacheReadInputTokenCount: part.read,
        cacheWriteInputTokenCount: part.write,
      },
      output: { outputTokenCount: part.output },
    },
    total: part.input + part.output + part.read + part.write,
  })),
];

Deno.test("the buckets of every format add up to what its source calls its total", () => {
  fc.assert(
    fc.property(fc.oneof(...consistent), ({ format, value, total }) => {
      const draft = readDraft(format, value);
      strictEqual(sumTokens(draft), total);
      checkBuckets(draft);
      deepStrictEqual((draft.quality ?? []).filter((noticed) => noticed !== "cache_write_unsplit"), []);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("no bucket is negative or broken, and none is lost, whatever the parts are", () => {
  const details = fc.dictionary(
    fc.constantFrom(
      "cached_tokens",
      "cache_write_tokens",
      "audio_tokens",
      "image_tokens",
      "video_tokens",
      "reasoning_tokens",
    ),
    count,
  );
  const usage = fc.record({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: fc.option(count, { nil: undefined }),
    prompt_tokens_details: fc.tuple(details, fc.option(details, { nil: undefined })).map(([given, cached]) => ({
      ...given,
      ...(cached === undefined ? {} : { cached_tokens_details: cached }),
    })),
    completion_tokens_details: details,
  });
  fc.assert(
    fc.property(usage, (given) => {
      const draft = readDraft("openai-chat", { object: "chat.completion", usage: given });
      checkBuckets(draft);
      const isExceeded = draft.quality?.includes("breakdown_exceeds_total") ?? false;
      const reasoning = given.completion_tokens_details.reasoning_tokens ?? 0;
      const total = given.prompt_tokens + given.completion_tokens;
      const isBeside = reasoning > 0 && given.total_tokens === total + reasoning;
      const wanted = isBeside ? total + reasoning : total;
      if (isExceeded) ok(sumTokens(draft) >= wanted);
      else strictEqual(sumTokens(draft), wanted);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("Gemini's buckets hold every token, whatever the modalities are", () => {
  const details = fc.array(
    fc.record({
      modality: fc.constantFrom("TEXT", "AUDIO", "IMAGE", "VIDEO", "DOCUMENT"),
      tokenCount: count,
    }),
    { maxLength: 5 },
  );
  const usage = fc.record({
    promptTokenCount: count,
    cachedContentTokenCount: count,
    candidatesTokenCount: count,
    thoughtsTokenCount: count,
    promptTokensDetails: details,
    cacheTokensDetails: details,
    candidatesTokensDetails: details,
  });
  fc.assert(
    fc.property(usage, (usageMetadata) => {
      const draft = readDraft("gemini", { modelVersion: "m", usageMetadata });
      checkBuckets(draft);
      const total = usageMetadata.promptTokenCount + usageMetadata.candidatesTokenCount +
        usageMetadata.thoughtsTokenCount;
      if (draft.quality?.includes("breakdown_exceeds_total")) ok(sumTokens(draft) >= total);
      else strictEqual(sumTokens(draft), total);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("every format keeps unknown fields of its usage", () => {
  const name = fc.stringMatching(/^x_[a-z]{1,10}$/);
  const known = fc.oneof(fc.string(), fc.nat(), fc.boolean(), fc.constant({ deep: [1] }));
  fc.assert(
    fc.property(fc.oneof(...consistent), fc.dictionary(name, known, { minKeys: 1 }), ({ format, value }, unknown) => {
      const extra = readDraft(format, addToUsage(format, value, unknown)).extra ?? {};
      const kept = format === "canonical" ? extra : format === "bedrock-invocation-log" ? extra.input : extra.usage;
      for (const [field, given] of Object.entries(unknown)) {
        if (format === "canonical" && given === "") continue;
        deepStrictEqual((kept as SourceObject)[field], given);
      }
    }),
    { numRuns: 1000 },
  );
});

function readDraft(format: string, value: SourceObject): UsageDraft {
  ok(findFormat(format)!.detect(value), `${format} does not detect ${JSON.stringify(value)}`);
  const [draft, ...others] = findFormat(format)!.read(value);
  strictEqual(others.length, 0);
  return draft!;
}

function checkBuckets(draft: UsageDraft): void {
  const text = [draft.input_tokens, draft.cache_read_tokens, draft.cache_write_5m_tokens, draft.cache_write_1h_tokens];
  for (const bucket of [...text, draft.output_tokens, draft.reasoning_tokens, ...Object.values(draft.units ?? {})]) {
    ok(Number.isSafeInteger(bucket) && bucket >= 0, `bucket ${bucket}`);
  }
  ok(draft.reasoning_tokens <= draft.output_tokens);
  for (const amount of Object.values(draft.units ?? {})) ok(amount > 0);
}

function addToUsage(format: string, value: SourceObject, unknown: SourceObject): SourceObject {
  const add = (inner: unknown) => ({ ...unknown, ...(inner as SourceObject) });
  if (format === "canonical") return add(value);
  if (format === "claude-code") {
    const message = value.message as SourceObject;
    return { ...value, message: { ...message, usage: add(message.usage) } };
  }
  if (format === "gemini") return { ...value, usageMetadata: add(value.usageMetadata) };
  if (format === "bedrock-invocation-log") return { ...value, input: add(value.input) };
  if (format !== "openai-batch") return { ...value, usage: add(value.usage) };
  const body = (value.response as { body: SourceObject }).body;
  return { ...value, response: { body: { ...body, usage: add(body.usage) } } };
}
