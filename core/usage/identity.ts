/**
 * What makes two records the same record: the hash of the caller's content, and ids for records that have none.
 *
 * Only what the caller said counts, before anything is filled in: re-reading a file with other flags, after a price
 * change or with a newer program gives the same ids and the same hashes.
 */

import { createHash } from "node:crypto";
import type { UsageDraft } from "./record.ts";
import { OTHER_UNIT_NAMES, type OtherUnits } from "./units.ts";

const HASH_HEX_DIGITS = 32;

/** Hashes what the caller said of a call, its id left out: 32 hex digits. Number spelling and key order do not matter. */
export function hashContent(draft: UsageDraft): string {
  return hashText(writeContent(draft));
}

/**
 * Derives the id of a record that has none from its content and from how often the same content has come before in
 * the same input, so that a re-run gives the same ids and two equal lines stay two calls.
 */
export function deriveId(contentHash: string, ordinal: number): string {
  return `c-${hashText(`${contentHash}#${ordinal}`)}`;
}

function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_HEX_DIGITS);
}

/** The order of the fields is part of every stored hash: append new ones at the end, and only when they are given. */
function writeContent(draft: UsageDraft): string {
  return JSON.stringify([
    draft.timestamp ?? null,
    draft.provider ?? null,
    draft.model ?? null,
    draft.service_tier ?? null,
    draft.region ?? null,
    draft.operation ?? null,
    draft.project ?? null,
    draft.user ?? null,
    draft.environment ?? null,
    draft.session ?? null,
    draft.api_key ?? null,
    draft.status ?? null,
    draft.latency_ms ?? null,
    draft.time_to_first_token_ms ?? null,
    draft.reported_cost ?? null,
    draft.input_tokens,
    draft.cache_read_tokens,
    draft.cache_write_5m_tokens,
    draft.cache_write_1h_tokens,
    draft.output_tokens,
    draft.reasoning_tokens,
    draft.units === null ? null : listUnits(draft.units),
    draft.tags === undefined ? null : sortKeys(draft.tags),
    draft.extra === undefined ? null : sortKeys(draft.extra),
  ]);
}

function listUnits(units: OtherUnits): [string, number][] {
  const list: [string, number][] = [];
  for (const name of OTHER_UNIT_NAMES) {
    const count = units[name];
    if (count !== undefined && count !== 0) list.push([name, count]);
  }
  return list;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortKeys(inner)]);
}
