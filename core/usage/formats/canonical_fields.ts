/**
 * The names of the canonical record's fields, with every other name they go by.
 */

import { OTHER_UNIT_NAMES, type OtherUnitName } from "../units.ts";

/** Every field of the canonical record, and the other names it goes by: earlier names win over later ones. */
const NAMES = {
  id: ["id", "request_id", "event_id"],
  timestamp: ["timestamp", "created_at", "created", "datetime", "date"],
  organization_id: ["organization_id"],
  provider: ["provider"],
  model: ["model", "model_id", "model.name"],
  service_tier: ["service_tier"],
  region: ["region"],
  operation: ["operation"],
  project: ["project", "project_id"],
  user: ["user", "user_id"],
  environment: ["environment"],
  session: ["session", "session_id"],
  api_key_name: ["api_key_name"],
  api_key: ["api_key"],
  tags: ["tags"],
  metadata: ["metadata"],
  status: ["status"],
  latency_ms: ["latency_ms"],
  time_to_first_token_ms: ["time_to_first_token_ms"],
  reported_cost_usd: ["reported_cost_usd"],
} as const;

/** Fields that count, or that say what is inside a count. */
const COUNTERS = {
  input_tokens: ["input_tokens"],
  prompt_tokens: ["prompt_tokens"],
  output_tokens: ["output_tokens"],
  completion_tokens: ["completion_tokens"],
  cache_read_tokens: ["cache_read_tokens", "cache_read_input_tokens"],
  cache_write_tokens: ["cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens"],
  cache_write_5m_tokens: ["cache_write_5m_tokens"],
  cache_write_1h_tokens: ["cache_write_1h_tokens"],
  reasoning_tokens: ["reasoning_tokens"],
  total_tokens: ["total_tokens"],
} as const;

const DETAILS = {
  prompt_tokens_details: ["prompt_tokens_details"],
  input_tokens_details: ["input_tokens_details"],
  completion_tokens_details: ["completion_tokens_details"],
  output_tokens_details: ["output_tokens_details"],
} as const;

/** The one name of a field. */
export type SlotName = keyof typeof NAMES | keyof typeof COUNTERS | keyof typeof DETAILS | OtherUnitName;

/** What a record gives for each field, under one name; undefined where it gives nothing. */
export type Slots = Record<SlotName, unknown>;

/** Slots of a record that gives nothing. */
export function emptySlots(): Slots {
  return { ...EMPTY };
}

/** Every name a field goes by, in snake_case and camelCase, the earliest first. */
export const ALIASES: ReadonlyMap<SlotName, readonly string[]> = listAliases();

/** The field that a name means. */
export const FIELD_SLOTS: ReadonlyMap<string, SlotName> = new Map(
  [...ALIASES].flatMap(([slot, names]) => names.map((name) => [name, slot] as const)),
);

/** Whether a name is one of a counter, so that an object that has it is a usage record. */
export function isCounterField(name: string): boolean {
  const slot = FIELD_SLOTS.get(name);
  return slot !== undefined && !(slot in NAMES) && !(slot in DETAILS);
}

const EMPTY: Slots = Object.fromEntries([...ALIASES.keys()].map((slot) => [slot, undefined])) as Slots;

function listAliases(): Map<SlotName, readonly string[]> {
  const units = Object.fromEntries(OTHER_UNIT_NAMES.map((name) => [name, [name]]));
  const aliases = new Map<SlotName, readonly string[]>();
  for (const [slot, names] of Object.entries({ ...NAMES, ...COUNTERS, ...DETAILS, ...units })) {
    const spellings = names.flatMap((name) => [name, toCamelCase(name)]);
    aliases.set(slot as SlotName, [...new Set(spellings)]);
  }
  return aliases;
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
