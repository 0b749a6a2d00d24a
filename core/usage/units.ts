/**
 * The table of everything that is counted: disjoint token buckets and counted units. One row each.
 *
 * Every unit carries the dimensions by which the price catalogue describes what a price is for, so that a bucket takes
 * the most specific price that covers it (core/pricing/cost.ts). Wire names are those of the canonical record.
 */

/** What a unit or a price is about, in the catalogue's terms; a price covers a unit that has all of its dimensions. */
export interface UnitDimensions {
  readonly family:
    | "tokens"
    | "tool_calls"
    | "requests"
    | "durations"
    | "document_pages"
    | "characters"
    | "messages"
    | "pixels"
    | "rerank"
    | "images";
  readonly direction?: "input" | "output";
  readonly modality?: "audio" | "image" | "video" | "text";
  readonly token_type?: "cache_read" | "cache_write" | "reasoning" | "tool" | "citation";
  readonly cache_ttl?: "5m" | "1h";
  readonly tool_type?: "web_search" | "code_execution" | "storage_search" | "social_search";
  readonly page_type?: "annotated";
}

/** In which column of a report a token unit is counted; counted units are columns of their own. */
export type TokenColumn = "input_tokens" | "cache_read_tokens" | "cache_write_tokens" | "output_tokens";

/** One row of the table of units. */
export interface Unit {
  readonly dimensions: UnitDimensions;
  /** The report column its tokens count in; absent for counted units. */
  readonly column?: TokenColumn;
  /** Stored as whole multiples of 10^-decimals of the wire's number: seconds with three decimals are milliseconds. */
  readonly decimals: 0 | 3;
}

const INPUT = { family: "tokens", direction: "input" } as const;
const OUTPUT = { family: "tokens", direction: "output" } as const;
const tokens = (dimensions: UnitDimensions, column: TokenColumn): Unit => ({ dimensions, column, decimals: 0 });
const counted = (dimensions: UnitDimensions): Unit => ({ dimensions, decimals: 0 });
const seconds = (dimensions: UnitDimensions): Unit => ({ dimensions, decimals: 3 });

/** The five text buckets that nearly every record has; stored as columns of their own. */
export const TEXT_UNITS = {
  input_tokens: tokens(INPUT, "input_tokens"),
  cache_read_tokens: tokens({ ...INPUT, token_type: "cache_read" }, "cache_read_tokens"),
  cache_write_5m_tokens: tokens({ ...INPUT, token_type: "cache_write", cache_ttl: "5m" }, "cache_write_tokens"),
  cache_write_1h_tokens: tokens({ ...INPUT, token_type: "cache_write", cache_ttl: "1h" }, "cache_write_tokens"),
  output_tokens: tokens(OUTPUT, "output_tokens"),
} as const satisfies Record<string, Unit>;

/** The rarer units, kept together beside the text buckets. */
export const OTHER_UNITS = {
  audio_input_tokens: tokens({ ...INPUT, modality: "audio" }, "input_tokens"),
  image_input_tokens: tokens({ ...INPUT, modality: "image" }, "input_tokens"),
  video_input_tokens: tokens({ ...INPUT, modality: "video" }, "input_tokens"),
  tool_input_tokens: tokens({ ...INPUT, token_type: "tool" }, "input_tokens"),
  cache_audio_read_tokens: tokens({ ...INPUT, modality: "audio", token_type: "cache_read" }, "cache_read_tokens"),
  cache_image_read_tokens: tokens({ ...INPUT, modality: "image", token_type: "cache_read" }, "cache_read_tokens"),
  cache_video_read_tokens: tokens({ ...INPUT, modality: "video", token_type: "cache_read" }, "cache_read_tokens"),
  cache_audio_write_tokens: tokens({ ...INPUT, modality: "audio", token_type: "cache_write" }, "cache_write_tokens"),
  cache_image_write_tokens: tokens({ ...INPUT, modality: "image", token_type: "cache_write" }, "cache_write_tokens"),
  cache_video_write_tokens: tokens({ ...INPUT, modality: "video", token_type: "cache_write" }, "cache_write_tokens"),
  audio_output_tokens: tokens({ ...OUTPUT, modality: "audio" }, "output_tokens"),
  image_output_tokens: tokens({ ...OUTPUT, modality: "image" }, "output_tokens"),
  video_output_tokens: tokens({ ...OUTPUT, modality: "video" }, "output_tokens"),
  citation_output_tokens: tokens({ ...OUTPUT, token_type: "citation" }, "output_tokens"),
  web_searches: counted({ family: "tool_calls", tool_type: "web_search" }),
  code_executions: counted({ family: "tool_calls", tool_type: "code_execution" }),
  storage_searches: counted({ family: "tool_calls", tool_type: "storage_search" }),
  social_searches: counted({ family: "tool_calls", tool_type: "social_search" }),
  rerank_searches: counted({ family: "rerank" }),
  pages: counted({ family: "document_pages", direction: "input" }),
  annotated_pages: counted({ family: "document_pages", direction: "input", page_type: "annotated" }),
  characters: counted({ family: "characters", direction: "input" }),
  pixels: counted({ family: "pixels", direction: "input" }),
  text_messages: counted({ family: "messages", direction: "input", modality: "text" }),
  images: counted({ family: "images", direction: "output" }),
  // How many calls an aggregated record stands for; a record without it is one call.
  requests: counted({ family: "requests" }),
  seconds: seconds({ family: "durations", modality: "audio" }),
  audio_input_seconds: seconds({ family: "durations", direction: "input", modality: "audio" }),
  audio_output_seconds: seconds({ family: "durations", direction: "output", modality: "audio" }),
} as const satisfies Record<string, Unit>;

/** All units by wire name. Reasoning tokens are a subset of `output_tokens`, so they are no unit of their own. */
export const UNITS: { readonly [Name in UnitName]: Unit } = { ...TEXT_UNITS, ...OTHER_UNITS };

/** The wire name of a text bucket. */
export type TextUnitName = keyof typeof TEXT_UNITS;
/** The wire name of a rarer unit. */
export type OtherUnitName = keyof typeof OTHER_UNITS;

/** The wire name of a unit. */
export type UnitName = TextUnitName | OtherUnitName;

/** Wire names of the text buckets, in the order of the table. */
export const TEXT_UNIT_NAMES = Object.keys(TEXT_UNITS) as readonly TextUnitName[];
/** Wire names of the rarer units, in the order of the table. */
export const OTHER_UNIT_NAMES = Object.keys(OTHER_UNITS) as readonly OtherUnitName[];

/** Counts of the rarer units, stored numbers (whole multiples of 10^-decimals); only what is not zero. */
export type OtherUnits = { readonly [Name in OtherUnitName]?: number };
