/**
 * The published factors on catalogue prices, one row each, with the page and the day it was read.
 *
 * What is not here is not known and stays unpriced. Tool calls and requests are never discounted: factors are on tokens.
 */

import type { ServiceTier } from "../usage/record.ts";

/** One published factor. */
export interface ModifierRow {
  readonly name: string;
  /** The catalogue's id of the provider that served the call. */
  readonly provider: string;
  /** Patterns of the catalogue's model ids it is for. */
  readonly models: readonly string[];
  /** The service tiers it is for, or the region it is for whatever the tier. */
  readonly when: { readonly service_tiers: readonly ServiceTier[] } | { readonly region: string };
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Price keys of tokens that it leaves as they are. */
  readonly except?: readonly string[];
  /** Price keys of tokens of which the source does not say whether it applies: what they price is unpriced. */
  readonly unknown?: readonly string[];
  /** Whether it is published for prompts below the long-context threshold alone. */
  readonly excludes_long_context?: boolean;
  readonly source: string;
}

const CACHE_READS = [
  "cache_read_mtok",
  "cache_text_read_mtok",
  "cache_audio_read_mtok",
  "cache_image_read_mtok",
  "cache_video_read_mtok",
];

/** What the clouds' batch pages, which say half, are silent about. */
const CACHES = [...CACHE_READS, "cache_write_mtok", "cache_write_5m_mtok", "cache_write_1h_mtok"];

const OPENAI_BATCH = "https://developers.openai.com/api/docs/pricing (Batch: half of Standard), as quoted elsewhere, " +
  "read 2026-11-23";
const OPENAI_FLEX = "https://developers.openai.com/api/docs/pricing (Flex: half of Standard), as quoted elsewhere, " +
  "read 2026-11-23";
const OPENAI_FAST = "https://openai.com/api-fast-mode/ (priority, renamed fast on 2026-07-30), read 2026-11-23";
const ANTHROPIC_PRICING = "https://platform.claude.com/docs/en/about-claude/pricing, read 2026-11-23";
const ANTHROPIC_FAST = "https://platform.claude.com/docs/en/build-with-claude/fast-mode, read 2026-11-23";
const GEMINI_BATCH =
  "https://ai.google.dev/gemini-api/docs/batch-mode (cached tokens as without batch), read 2026-11-23";
const GEMINI_TIERS = "https://ai.google.dev/gemini-api/docs/optimization, read 2026-11-23";
const GEMINI_PRICING = "https://ai.google.dev/gemini-api/docs/pricing, as read for genai-prices 0.1.8";
const BEDROCK_BATCH =
  "https://docs.aws.amazon.com/bedrock/latest/userguide/capacity-limits-cost-optimization.html, read 2026-11-23";
const AZURE_BATCH = "https://learn.microsoft.com/azure/foundry/openai/how-to/batch, read 2026-11-23";
const VOYAGE_BATCH = "https://docs.voyageai.com/docs/pricing, as read for genai-prices 0.1.8";

/** Claude models whose inference_geo can be set: 4.6 and later. */
const CLAUDE_WITH_GEO = [
  "claude-opus-4-6",
  "claude-opus-4-7",
  "claude-opus-4-8",
  "claude-opus-5",
  "claude-opus-5-5",
  "claude-sonnet-4-6",
  "claude-sonnet-5",
  "claude-fable-5",
  "claude-fable-5-1",
];

/** OpenAI's models since GPT-5, whose batch prices halve cached input too; of the older ones it is not known. */
const OPENAI_SINCE_5 = ["gpt-5*", "gpt-6*"];
const OPENAI_BEFORE_5 = [
  "gpt-3.5-turbo*",
  "gpt-4*",
  "o1*",
  "o3*",
  "o4*",
  "text-embedding-3-*",
  "text-embedding-ada-002",
];

/** Every published factor that costops knows. */
export const MODIFIER_ROWS: readonly ModifierRow[] = [
  half("batch", "openai", { models: OPENAI_SINCE_5, source: OPENAI_BATCH }),
  half("batch", "openai", { models: OPENAI_BEFORE_5, unknown: CACHE_READS, source: OPENAI_BATCH }),
  half("flex", "openai", { models: ["gpt-5*", "o3"], source: OPENAI_FLEX }),
  openaiPriority(["gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.4", "gpt-5.4-mini"], 2n, 1n),
  openaiPriority(["gpt-5", "gpt-5.1", "gpt-5.2", "gpt-4.1-nano"], 2n, 1n),
  // 12.50 / 1.25 / 75.00 over 5.00 / 0.50 / 30.00.
  openaiPriority(["gpt-5.5"], 5n, 2n),
  // 0.45 / 0.045 / 3.60 over 0.25 / 0.025 / 2.00.
  openaiPriority(["gpt-5-mini"], 9n, 5n),
  // 3.50 / 0.875 / 14.00 over 2.00 / 0.50 / 8.00; 0.70 / 0.175 / 2.80 over 0.40 / 0.10 / 1.60; 8.75 / 26.25 over 5 / 15.
  openaiPriority(["gpt-4.1", "gpt-4.1-mini", "o3", "gpt-4o-2024-05-13"], 7n, 4n),
  // 4.25 / 2.125 / 17.00 over 2.50 / 1.25 / 10.00.
  openaiPriority(["gpt-4o"], 17n, 10n),
  // 0.25 / 0.125 / 1.00 over 0.15 / 0.075 / 0.60.
  openaiPriority(["gpt-4o-mini"], 5n, 3n),
  // 2.00 / 0.50 / 8.00 over 1.10 / 0.275 / 4.40.
  openaiPriority(["o4-mini"], 20n, 11n),
  half("batch", "anthropic", { models: ["*"], source: ANTHROPIC_PRICING }),
  anthropicFast(["claude-opus-4-6", "claude-opus-4-7"], 6n),
  anthropicFast(["claude-opus-4-8", "claude-opus-5"], 2n),
  {
    name: "inference_geo_us",
    provider: "anthropic",
    models: CLAUDE_WITH_GEO,
    when: { region: "us" },
    numerator: 11n,
    denominator: 10n,
    source: ANTHROPIC_PRICING,
  },
  half("batch", "google", { models: ["gemini-*"], except: CACHE_READS, source: GEMINI_BATCH }),
  half("flex", "google", { models: ["gemini-*"], unknown: CACHE_READS, source: GEMINI_TIERS }),
  {
    name: "priority",
    provider: "google",
    models: ["gemini-3.7-flash", "gemini-3.8-flash"],
    when: { service_tiers: ["priority"] },
    numerator: 9n,
    denominator: 5n,
    source: GEMINI_PRICING,
  },
  half("batch", "aws", { models: ["*"], unknown: CACHES, source: BEDROCK_BATCH }),
  half("batch", "azure", { models: ["gpt-*", "o1*", "o3*", "o4*"], unknown: CACHES, source: AZURE_BATCH }),
  {
    name: "batch",
    provider: "voyageai",
    models: ["*"],
    when: { service_tiers: ["batch"] },
    numerator: 67n,
    denominator: 100n,
    source: VOYAGE_BATCH,
  },
];

function half(
  tier: "batch" | "flex",
  provider: string,
  row: Pick<ModifierRow, "models" | "except" | "unknown" | "source">,
): ModifierRow {
  return { name: tier, provider, ...row, when: { service_tiers: [tier] }, numerator: 1n, denominator: 2n };
}

/** OpenAI takes `priority` and `fast` for the same thing. */
function openaiPriority(models: readonly string[], numerator: bigint, denominator: bigint): ModifierRow {
  const when = { service_tiers: ["priority", "fast"] } as const;
  const row = { name: "priority", provider: "openai", models, when, numerator, denominator };
  return { ...row, excludes_long_context: true, source: OPENAI_FAST };
}

function anthropicFast(models: readonly string[], numerator: bigint): ModifierRow {
  const when = { service_tiers: ["fast"] } as const;
  return { name: "fast", provider: "anthropic", models, when, numerator, denominator: 1n, source: ANTHROPIC_FAST };
}
