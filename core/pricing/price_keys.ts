/**
 * The table of price keys: what each price of the catalogue is the price of, and for how many units. One row each.
 *
 * The keys, dimensions and sizes are those of the genai-prices catalogue (its units table, 0.1.8), so that its data is
 * read as it stands; `output_images_kcount` is our own, for prices of whole pictures.
 */

import type { PriceKeyMeaning } from "./price.ts";
import type { UnitDimensions } from "../usage/units.ts";

const INPUT = { direction: "input" } as const;
const OUTPUT = { direction: "output" } as const;

function tokens(dimensions: Omit<UnitDimensions, "family">): PriceKeyMeaning {
  return { dimensions: { family: "tokens", ...dimensions }, per: 1_000_000n, label: "1M tokens" };
}

/** Seconds are stored as milliseconds, so an hour is 3,600,000 stored units. */
function hour(dimensions: Omit<UnitDimensions, "family">): PriceKeyMeaning {
  return { dimensions: { family: "durations", ...dimensions }, per: 3_600_000n, label: "hour" };
}

/** Every price key by name. */
export const PRICE_KEYS = {
  input_mtok: tokens({ ...INPUT }),
  cache_read_mtok: tokens({ ...INPUT, token_type: "cache_read" }),
  cache_write_mtok: tokens({ ...INPUT, token_type: "cache_write" }),
  input_audio_mtok: tokens({ ...INPUT, modality: "audio" }),
  input_image_mtok: tokens({ ...INPUT, modality: "image" }),
  input_text_mtok: tokens({ ...INPUT, modality: "text" }),
  input_tool_mtok: tokens({ ...INPUT, token_type: "tool" }),
  input_video_mtok: tokens({ ...INPUT, modality: "video" }),
  cache_audio_read_mtok: tokens({ ...INPUT, modality: "audio", token_type: "cache_read" }),
  cache_audio_write_mtok: tokens({ ...INPUT, modality: "audio", token_type: "cache_write" }),
  cache_image_read_mtok: tokens({ ...INPUT, modality: "image", token_type: "cache_read" }),
  cache_image_write_mtok: tokens({ ...INPUT, modality: "image", token_type: "cache_write" }),
  cache_text_read_mtok: tokens({ ...INPUT, modality: "text", token_type: "cache_read" }),
  cache_text_write_mtok: tokens({ ...INPUT, modality: "text", token_type: "cache_write" }),
  cache_video_read_mtok: tokens({ ...INPUT, modality: "video", token_type: "cache_read" }),
  cache_video_write_mtok: tokens({ ...INPUT, modality: "video", token_type: "cache_write" }),
  cache_write_1h_mtok: tokens({ ...INPUT, token_type: "cache_write", cache_ttl: "1h" }),
  cache_write_5m_mtok: tokens({ ...INPUT, token_type: "cache_write", cache_ttl: "5m" }),
  input_audio_tool_mtok: tokens({ ...INPUT, modality: "audio", token_type: "tool" }),
  input_image_tool_mtok: tokens({ ...INPUT, modality: "image", token_type: "tool" }),
  input_text_tool_mtok: tokens({ ...INPUT, modality: "text", token_type: "tool" }),
  input_video_tool_mtok: tokens({ ...INPUT, modality: "video", token_type: "tool" }),
  cache_audio_write_1h_mtok: tokens({ ...INPUT, modality: "audio", token_type: "cache_write", cache_ttl: "1h" }),
  cache_audio_write_5m_mtok: tokens({ ...INPUT, modality: "audio", token_type: "cache_write", cache_ttl: "5m" }),
  cache_image_write_1h_mtok: tokens({ ...INPUT, modality: "image", token_type: "cache_write", cache_ttl: "1h" }),
  cache_image_write_5m_mtok: tokens({ ...INPUT, modality: "image", token_type: "cache_write", cache_ttl: "5m" }),
  cache_text_write_1h_mtok: tokens({ ...INPUT, modality: "text", token_type: "cache_write", cache_ttl: "1h" }),
  cache_text_write_5m_mtok: tokens({ ...INPUT, modality: "text", token_type: "cache_write", cache_ttl: "5m" }),
  cache_video_write_1h_mtok: tokens({ ...INPUT, modality: "video", token_type: "cache_write", cache_ttl: "1h" }),
  cache_video_write_5m_mtok: tokens({ ...INPUT, modality: "video", token_type: "cache_write", cache_ttl: "5m" }),
  output_mtok: tokens({ ...OUTPUT }),
  output_audio_mtok: tokens({ ...OUTPUT, modality: "audio" }),
  output_citation_mtok: tokens({ ...OUTPUT, token_type: "citation" }),
  output_image_mtok: tokens({ ...OUTPUT, modality: "image" }),
  output_reasoning_mtok: tokens({ ...OUTPUT, token_type: "reasoning" }),
  output_text_mtok: tokens({ ...OUTPUT, modality: "text" }),
  output_video_mtok: tokens({ ...OUTPUT, modality: "video" }),
  output_audio_citation_mtok: tokens({ ...OUTPUT, modality: "audio", token_type: "citation" }),
  output_audio_reasoning_mtok: tokens({ ...OUTPUT, modality: "audio", token_type: "reasoning" }),
  output_image_citation_mtok: tokens({ ...OUTPUT, modality: "image", token_type: "citation" }),
  output_image_reasoning_mtok: tokens({ ...OUTPUT, modality: "image", token_type: "reasoning" }),
  output_text_citation_mtok: tokens({ ...OUTPUT, modality: "text", token_type: "citation" }),
  output_text_reasoning_mtok: tokens({ ...OUTPUT, modality: "text", token_type: "reasoning" }),
  output_video_citation_mtok: tokens({ ...OUTPUT, modality: "video", token_type: "citation" }),
  output_video_reasoning_mtok: tokens({ ...OUTPUT, modality: "video", token_type: "reasoning" }),
  code_executions_kcount: {
    dimensions: { family: "tool_calls", tool_type: "code_execution" },
    per: 1_000n,
    label: "1k executions",
  },
  social_searches_kcount: {
    dimensions: { family: "tool_calls", tool_type: "social_search" },
    per: 1_000n,
    label: "1k searches",
  },
  storage_searches_kcount: {
    dimensions: { family: "tool_calls", tool_type: "storage_search" },
    per: 1_000n,
    label: "1k searches",
  },
  web_searches_kcount: {
    dimensions: { family: "tool_calls", tool_type: "web_search" },
    per: 1_000n,
    label: "1k searches",
  },
  requests_kcount: { dimensions: { family: "requests" }, per: 1_000n, label: "1k requests" },
  rerank_searches_kcount: { dimensions: { family: "rerank" }, per: 1_000n, label: "1k searches" },
  audio_hours: hour({ modality: "audio" }),
  input_audio_hours: hour({ direction: "input", modality: "audio" }),
  output_audio_hours: hour({ direction: "output", modality: "audio" }),
  input_document_kpages: {
    dimensions: { family: "document_pages", direction: "input" },
    per: 1_000n,
    label: "1k pages",
  },
  input_annotated_document_kpages: {
    dimensions: { family: "document_pages", direction: "input", page_type: "annotated" },
    per: 1_000n,
    label: "1k pages",
  },
  input_mchars: { dimensions: { family: "characters", direction: "input" }, per: 1_000_000n, label: "1M characters" },
  input_text_messages_kcount: {
    dimensions: { family: "messages", direction: "input", modality: "text" },
    per: 1_000n,
    label: "1k messages",
  },
  input_gpixels: { dimensions: { family: "pixels", direction: "input" }, per: 1_000_000_000n, label: "1G pixels" },
  output_images_kcount: { dimensions: { family: "images", direction: "output" }, per: 1_000n, label: "1k images" },
} as const satisfies Record<string, PriceKeyMeaning>;

/** The name of a price key. */
export type PriceKey = keyof typeof PRICE_KEYS;

/** Every price key, in the order of the table. */
export const PRICE_KEY_NAMES = Object.keys(PRICE_KEYS) as readonly PriceKey[];

/** What a price key means, or undefined when there is no such key. */
export function findPriceKey(name: string): PriceKeyMeaning | undefined {
  return Object.hasOwn(PRICE_KEYS, name) ? PRICE_KEYS[name as PriceKey] : undefined;
}

/** Whether a price of `rate` covers a unit of `unit`: the unit has every dimension that the price is about. */
export function coversUnit(rate: UnitDimensions, unit: UnitDimensions): boolean {
  for (const name in rate) {
    const dimension = name as keyof UnitDimensions;
    if (rate[dimension] !== unit[dimension]) return false;
  }
  return true;
}

/**
 * The price key that prices a unit among those of a card: the most specific one that covers it. Undefined when none
 * does; `ambiguous` when two do and neither is a special case of the other (the card lacks the key of both together).
 */
export function choosePriceKey(unit: UnitDimensions, keys: readonly string[]): string | undefined | "ambiguous" {
  let best: { key: string; dimensions: UnitDimensions } | undefined;
  const covering: UnitDimensions[] = [];
  for (const key of keys) {
    const dimensions = findPriceKey(key)?.dimensions;
    if (dimensions === undefined || !coversUnit(dimensions, unit)) continue;
    covering.push(dimensions);
    if (best === undefined || coversUnit(best.dimensions, dimensions)) best = { key, dimensions };
  }
  if (best === undefined) return undefined;
  const mostSpecific = best.dimensions;
  return covering.every((dimensions) => coversUnit(dimensions, mostSpecific)) ? best.key : "ambiguous";
}
