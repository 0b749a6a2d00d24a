/**
 * The month's calls as the providers write them: response bodies and logs, the text of the answers left out.
 */

import { listCalls, listDay, SPIKE_DAY, SWITCH_DAY } from "./fernwood.ts";
import type { Random } from "./random.ts";

type Body = Readonly<Record<string, unknown>>;

const toSeconds = (instant: number) => Math.floor(instant / 1000);
const toText = (instant: number) => new Date(instant).toISOString();

/** The support bot until its switch: chat completions, much of the prompt cached. */
export function listChatCompletions(random: Random): Body[] {
  return listCalls(random, { weekday_calls: 12, weekend_share: 0.5, to_day: SWITCH_DAY - 1 }).map((instant) => {
    const cached = random.next() < 0.6 ? 128 * random.whole(16, 40) : 0;
    const prompt = cached + random.size(2400);
    const completion = random.size(320);
    return {
      id: `chatcmpl-${random.hex(24)}`,
      object: "chat.completion",
      created: toSeconds(instant),
      model: "gpt-4o-mini-2024-07-18",
      choices: [{ index: 0, message: { role: "assistant", content: "…" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
      service_tier: "default",
    };
  });
}

/** The support bot from its switch on: responses of a model that reasons, and costs more. */
export function listResponses(random: Random): Body[] {
  return listCalls(random, { weekday_calls: 11, weekend_share: 0.5, from_day: SWITCH_DAY }).map((instant) => {
    const cached = random.next() < 0.7 ? 128 * random.whole(20, 48) : 0;
    const input = cached + random.size(2600);
    const reasoning = 64 * random.whole(0, 9);
    const output = reasoning + random.size(340);
    return {
      id: `resp_${random.hex(32)}`,
      object: "response",
      created_at: toSeconds(instant),
      status: "completed",
      model: "gpt-5.4-mini-2026-03-17",
      output: [],
      service_tier: "default",
      metadata: { channel: random.pick(["chat", "chat", "email"]) },
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: cached },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: reasoning },
        total_tokens: input + output,
      },
    };
  });
}

/** Answers of the search page: Gemini bodies, whose thoughts are beside the candidates. */
export function listGemini(random: Random): Body[] {
  return listCalls(random, { weekday_calls: 9, weekend_share: 0.6 }).map((instant) => {
    const cached = random.next() < 0.5 ? 4096 : 0;
    const prompt = cached + random.size(7000);
    const candidates = random.size(420);
    const thoughts = random.whole(0, 900);
    return {
      candidates: [{ content: { parts: [{ text: "…" }], role: "model" }, finishReason: "STOP" }],
      modelVersion: "gemini-3.5-flash",
      responseId: random.hex(22),
      createTime: toText(instant),
      usageMetadata: {
        promptTokenCount: prompt,
        ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
        candidatesTokenCount: candidates,
        thoughtsTokenCount: thoughts,
        totalTokenCount: prompt + candidates + thoughts,
        promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
        trafficType: "ON_DEMAND",
      },
    };
  });
}

/** The summarizer's documents: lines of Bedrock's invocation log, and the day on which the whole archive went in. */
export function listBedrockLog(random: Random): Body[] {
  const daily = listCalls(random, { weekday_calls: 7, weekend_share: 0.3 });
  const archive = listDay(random, { day: SPIKE_DAY, calls: 120 });
  return [...daily, ...archive].sort((a, b) => a - b).map((instant) => ({
    timestamp: toText(instant).replace(/\.\d+Z$/, "Z"),
    accountId: "123456789012",
    identity: { arn: "arn:aws:sts::123456789012:assumed-role/docs-summarizer/worker" },
    region: "eu-central-1",
    requestId: `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    operation: "Converse",
    modelId: "eu.anthropic.claude-sonnet-4-6-v1:0",
    input: { inputTokenCount: random.size(18_000), cacheReadInputTokenCount: 2048, cacheWriteInputTokenCount: 0 },
    output: { outputTokenCount: random.size(900) },
    schemaType: "ModelInvocationLog",
    schemaVersion: "1.0",
  }));
}

/** Questions about documents: Anthropic messages as the company's gateway logs them, with the time beside the body. */
export function listAnthropicMessages(random: Random): Body[] {
  return listCalls(random, { weekday_calls: 5, weekend_share: 0.2 }).map((instant) => {
    const isFirst = random.next() < 0.3;
    const document = random.size(15_000);
    const written = { ephemeral_5m_input_tokens: isFirst ? document : 0, ephemeral_1h_input_tokens: 0 };
    return {
      timestamp: toText(instant),
      id: `msg_01${random.hex(20)}`,
      type: "message",
      role: "assistant",
      model: "claude-haiku-4-5-20251001",
      content: [],
      stop_reason: "end_turn",
      usage: {
        input_tokens: random.whole(20, 400),
        cache_creation_input_tokens: isFirst ? document : 0,
        cache_read_input_tokens: isFirst ? 0 : document,
        cache_creation: written,
        output_tokens: random.size(420),
        service_tier: "standard",
      },
    };
  });
}

/** The Sunday job that labels the week's documents: an output file of OpenAI's Batch API. */
export function listBatchOutput(random: Random): Body[] {
  return [4, 11, 18, 25].flatMap((day) =>
    listDay(random, { day, calls: 28 }).map((instant, index) => {
      const prompt = random.size(5200);
      const completion = random.size(180);
      const body = {
        id: `chatcmpl-${random.hex(24)}`,
        object: "chat.completion",
        created: toSeconds(instant),
        model: "gpt-5-mini-2025-08-07",
        choices: [],
        usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
      };
      return {
        id: `batch_req_${random.hex(24)}`,
        custom_id: `labels-2026-10-${String(day).padStart(2, "0")}-${index + 1}`,
        response: { status_code: 200, request_id: random.hex(32), body },
        error: null,
      };
    })
  );
}

/** Prices of the two models tried through OpenRouter, in 1e-10 dollars for a token: input, cached input, output. */
const OPENROUTER_MODELS = [
  { model: "deepseek/deepseek-v4-flash", provider: "DeepInfra", input: 983, cached: 197, output: 1966 },
  { model: "z-ai/glm-5.2", provider: "Z.AI", input: 14_000, cached: 2600, output: 44_000 },
] as const;

/** Trials of other models: OpenRouter bodies, which say what was charged. */
export function listOpenrouter(random: Random): Body[] {
  return listCalls(random, { weekday_calls: 3, weekend_share: 0 }).map((instant) => {
    const { model, provider, ...prices } = random.pick(OPENROUTER_MODELS);
    const cached = random.next() < 0.4 ? 1024 * random.whole(1, 6) : 0;
    const uncached = random.size(6000);
    const completion = random.size(900);
    const cost = uncached * prices.input + cached * prices.cached + completion * prices.output;
    return {
      id: `gen-${toSeconds(instant)}-${random.hex(20)}`,
      provider,
      model,
      object: "chat.completion",
      created: toSeconds(instant),
      choices: [{ index: 0, message: { role: "assistant", content: "…" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: cached + uncached,
        completion_tokens: completion,
        total_tokens: cached + uncached + completion,
        cost: cost / 1e10,
        prompt_tokens_details: { cached_tokens: cached },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    };
  });
}
