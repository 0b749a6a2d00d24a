/**
 * The canonical usage record as it comes in: what the program's own reader takes, said as a schema.
 *
 * Requests are not validated with it: the reader is quicker, takes other formats too, and decides. A test holds both to
 * the same answers.
 */

import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../../core/limits.ts";
import { OTHER_UNITS } from "../../../core/usage/units.ts";

/** Null and an empty text say nothing, in every field. */
const Absent = z.union([z.null(), z.literal("")]);

// deno-lint-ignore no-control-regex -- NUL is refused, every other character is kept.
const KeptText = z.string().max(LIMITS.text_characters).regex(/^[^\x00]*$/).refine((text) => text.isWellFormed());

const SafeInteger = z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

const optional = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, Absent]).optional();

const Text = optional(KeptText);
const Label = optional(z.union([KeptText, SafeInteger])).describe("A text, or a whole number as its digits.");

const RESERVED = ["stats", "batch", "stream", "aggregate", "trends"];

const Id = optional(z.union([
  z.string().min(1).max(LIMITS.id_characters)
    // deno-lint-ignore no-control-regex -- the control characters of Unicode (Cc) are refused.
    .regex(/^[^\x00-\x1f\x7f-\x9f]*$/).refine((id) => id.isWellFormed() && !RESERVED.includes(id)),
  SafeInteger,
])).describe("Yours; the same id with the same content is stored once. The words of the paths are none.");

const DAY = "\\d{4}-\\d{2}-\\d{2}";

/** After a `T` there is a zone; a time without one is taken as UTC. */
const TIMESTAMP = new RegExp(
  `^(\\d{1,17}(\\.\\d{1,9})?|${DAY}( \\d{2}:\\d{2})?|` +
    `${DAY} \\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:?\\d{2})?|` +
    `${DAY}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:?\\d{2}))$`,
);

const Timestamp = optional(z.union([z.string().max(40).regex(TIMESTAMP), z.number().min(0)])).describe(
  "RFC 3339, a day or a time without zone (taken as UTC), or Unix time in seconds, milliseconds or microseconds; not " +
    "before 2015, at most 24 hours ahead. The time of arrival when it is not given.",
);

/** How a decimal is written as text. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;

const Tokens = optional(z.union([
  z.int().min(0).max(LIMITS.units),
  z.string().regex(/^\s*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?)?\s*$/).refine((text) => isCount(text, 0)),
])).describe("A whole number, or its text.");

const Seconds = optional(z.union([
  z.number().min(0).max(LIMITS.units / 1000).refine((seconds) => isCount(String(seconds), 3)),
  z.string().regex(/^\s*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?)?\s*$/).refine((text) => isCount(text, 3)),
])).describe("Seconds with at most three decimals, or their text.");

const Milliseconds = optional(
  z.union([z.number(), z.string().regex(/^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*$/)]),
)
  .describe("Milliseconds; what cannot be a latency is left out and flagged.");

/** Beyond 2^53 readers of JSON round. */
const TagNumber = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

const TagValue = z.union([z.string().max(LIMITS.tag_value_characters), TagNumber, z.boolean(), z.null()]);

const Tags = optional(z.union([
  z.record(z.string(), TagValue).refine((tags) => areTags(tags)),
  z.array(z.unknown()).max(0),
])).describe(`At most ${LIMITS.tags} texts by name, names of up to ${LIMITS.tag_key_characters} characters.`);

/** A tag that says nothing is none, whatever its name. */
function areTags(tags: Readonly<Record<string, unknown>>): boolean {
  const given = Object.entries(tags).filter(([, value]) => isGiven(value));
  return given.length <= LIMITS.tags &&
    given.every(([key, value]) =>
      key !== "" && key.length <= LIMITS.tag_key_characters && isKept(key) && isKept(String(value))
    );
}

function isKept(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

const ReportedCost = optional(z.union([
  z.number().min(0).max(10_000_000),
  z.string().max(128).regex(DECIMAL).refine((text) => Number(text) >= 0 && Number(text) <= 10_000_000),
])).describe("What the source says it cost, in US dollars; kept beside the cost, never in its place.");

const Details = z.union([z.record(z.string(), z.unknown()), Absent]).optional();

const OTHER = Object.fromEntries(
  Object.entries(OTHER_UNITS).map(([name, { decimals }]) => [name, decimals === 3 ? Seconds : Tokens]),
);

/** A record that is sent. Fields that are not known are kept beside it, within a limit. */
export const UsageInput = z.object({
  id: Id,
  timestamp: Timestamp,
  organization_id: Label.describe("Only the credential's own, but for a super admin."),
  provider: Text.describe("Told by the model's name when it is not given, where that can be."),
  model: z.union([KeptText.min(1), z.looseObject({ name: KeptText.min(1) })]),
  service_tier: z.union([z.string(), Absent]).optional().describe("standard, batch, flex, priority or fast."),
  region: Text,
  operation: Text,
  project: Label,
  user: Label,
  environment: Text,
  session: Label,
  api_key_name: Text,
  tags: Tags,
  metadata: z.unknown().optional().describe("Short texts become tags, the rest is kept."),
  status: Label,
  latency_ms: Milliseconds,
  time_to_first_token_ms: Milliseconds,
  reported_cost_usd: ReportedCost,
  input_tokens: Tokens.describe("Uncached input; with prompt_tokens or details beside it: all input."),
  cache_read_tokens: Tokens,
  cache_write_tokens: Tokens,
  cache_write_5m_tokens: Tokens,
  cache_write_1h_tokens: Tokens,
  output_tokens: Tokens.describe("All output, reasoning included."),
  reasoning_tokens: Tokens.describe("Part of the output."),
  prompt_tokens: Tokens.describe("All input, cached parts included, as OpenAI counts."),
  completion_tokens: Tokens.describe("All output, as OpenAI counts."),
  total_tokens: Tokens,
  prompt_tokens_details: Details,
  completion_tokens_details: Details,
  input_tokens_details: Details,
  output_tokens_details: Details,
  ...OTHER,
}).catchall(z.unknown()).refine(speaksOneVocabulary, {
  message: "speaks both vocabularies of tokens: give input_tokens with cache fields, or prompt_tokens with details",
}).meta({
  id: "UsageInput",
  description: "A usage record. Names may be written in camelCase too; other formats are told by their fields.",
});

const CACHE_FIELDS = [
  "cache_read_tokens",
  "cache_write_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  ...["read", "write"].flatMap((way) => ["audio", "image", "video"].map((kind) => `cache_${kind}_${way}_tokens`)),
];

/** Cache fields beside an inclusive total would be the same tokens twice; two names of one count must agree. */
function speaksOneVocabulary(record: Readonly<Record<string, unknown>>): boolean {
  const count = (name: string) => isGiven(record[name]) ? Number(record[name]) : undefined;
  const isInclusive = [
    "prompt_tokens",
    "prompt_tokens_details",
    "input_tokens_details",
    "completion_tokens_details",
    "output_tokens_details",
  ].some((name) => isGiven(record[name]));
  if (isInclusive && CACHE_FIELDS.some((name) => (count(name) ?? 0) > 0)) return false;
  return agree(count("prompt_tokens"), count("input_tokens")) &&
    agree(count("completion_tokens"), count("output_tokens"));
}

function agree(one: number | undefined, other: number | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** Whether a decimal's text is a count of this many decimals; blank text says nothing. */
function isCount(text: string, decimals: 0 | 3): boolean {
  if (text.trim() === "") return true;
  const scaled = Number(text) * 10 ** decimals;
  return scaled >= 0 && scaled <= LIMITS.units && Math.abs(scaled - Math.round(scaled)) < 1e-6;
}
