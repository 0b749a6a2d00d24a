/**
 * The names that instrumentations give to what a call used: OpenTelemetry's GenAI conventions with their older names,
 * OpenInference, OpenLLMetry, the Vercel AI SDK, Pydantic AI. Earlier names win.
 */

/** Names of the counters. */
export const COUNTERS = {
  input: [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.usage.prompt_tokens",
    "llm.token_count.prompt",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
  ],
  output: [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.usage.completion_tokens",
    "llm.token_count.completion",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
  ],
  cache_read: [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.input_tokens.cached",
    "gen_ai.usage.cached_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    "gen_ai.usage.details.cached_tokens",
    "llm.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "llm.token_count.prompt_details.cached",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
  ],
  cache_write: [
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_write_tokens",
    "gen_ai.usage.cache_creation_tokens",
    "gen_ai.usage.input_tokens.cache_write",
    "gen_ai.usage.details.cache_write_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_creation_tokens",
    "llm.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
  ],
  reasoning: [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "ai.usage.outputTokenDetails.reasoningTokens",
    "ai.usage.reasoningTokens",
  ],
  audio_input: ["llm.token_count.prompt_details.audio", "gen_ai.usage.details.input_audio_tokens"],
  audio_output: ["llm.token_count.completion_details.audio", "gen_ai.usage.details.output_audio_tokens"],
  total: ["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "ai.usage.totalTokens"],
} as const;

/** Counters that say what others say already. */
const REPEATED = [
  "gen_ai.usage.details.input_tokens",
  "gen_ai.usage.details.output_tokens",
  "gen_ai.usage.details.total_tokens",
  "gen_ai.usage.details.text_tokens",
  "ai.usage.inputTokenDetails.noCacheTokens",
  "ai.usage.outputTokenDetails.textTokens",
];

/** What a call cost, in US dollars, as its instrumentation reckoned. */
export const COST = ["gen_ai.usage.cost", "gen_ai.cost.total_cost", "llm.cost.total", "operation.cost"];

/** The model that answered comes before the model that was asked. */
export const MODEL = [
  "gen_ai.response.model",
  "ai.response.model",
  "llm.response.model",
  "ai.model.id",
  "llm.model_name",
  "embedding.model_name",
  "gen_ai.request.model",
  "llm.request.model",
];

/** Who made the model, or sold the call. */
export const PROVIDER = ["gen_ai.provider.name", "gen_ai.system", "ai.model.provider", "llm.provider", "llm.system"];
/** The conversation that the call belongs to. */
export const SESSION = ["gen_ai.conversation.id", "session.id", "langfuse.session.id"];
/** Whom the call was made for. */
export const USER = ["user.id", "enduser.id", "langfuse.user.id"];
/** Where the program runs; on the resource. */
export const ENVIRONMENT = ["deployment.environment.name", "deployment.environment"];
/** The tier that the call was served in. */
export const SERVICE_TIER = [
  "openai.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "gen_ai.response.service_tier",
];
/** Seconds until the first chunk. */
export const FIRST_CHUNK_S = ["gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token"];
/** Milliseconds until the first chunk. */
export const FIRST_CHUNK_MS = ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"];

const KNOWN: ReadonlySet<string> = new Set<string>([...Object.values(COUNTERS).flat(), ...REPEATED, ...COST]);
const COUNTER_GROUPS = ["gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage."];

/** Whether an attribute is one of the counters' groups and none that is known. */
export function isUnknownCounter(name: string): boolean {
  return COUNTER_GROUPS.some((group) => name.startsWith(group)) && !KNOWN.has(name);
}
