/**
 * What an operator should know of records that were taken in all the same.
 */

import { findNearest } from "../core/nearest.ts";
import { ALIASES } from "../core/usage/formats/canonical_fields.ts";
import type { QualityFlag } from "../core/usage/record.ts";
import type { IngestedItem } from "../server/operations/ingest.ts";
import { QUALITY_WORDS } from "./quality_words.ts";

/** Names of unknown fields that are said; more are a sign of another format. */
const MOST_FIELDS = 12;

/** Flags that say nothing an operator could mend. */
const QUIET: readonly QualityFlag[] = ["assumed_provider"];

/** Gathers notes over an intake. */
export class IntakeNotes {
  readonly #flags = new Map<QualityFlag, number>();
  readonly #fields = new Set<string>();
  #unrepeatable = 0;

  /** Looks at what was stored, or would be. */
  add({ outcome, record }: IngestedItem): void {
    if (record === undefined || (outcome.outcome !== "inserted" && outcome.outcome !== "updated")) return;
    if (outcome.retry_safe === false) this.#unrepeatable++;
    for (const flag of record.quality) {
      if (!QUIET.includes(flag)) this.#flags.set(flag, (this.#flags.get(flag) ?? 0) + 1);
    }
    if (record.format !== "canonical" || record.extra === null) return;
    for (const name of Object.keys(record.extra)) if (this.#fields.size < MOST_FIELDS) this.#fields.add(name);
  }

  /** The notes, one a line. */
  write(): string[] {
    const notes = [...this.#flags].map(([flag, count]) => `${countRecords(count)}: ${QUALITY_WORDS[flag]} (${flag})`);
    if (this.#unrepeatable > 0) {
      notes.push(`${countRecords(this.#unrepeatable)} with neither an id nor a time: the same again counts again`);
    }
    if (this.#fields.size > 0) notes.push(`fields kept and not used: ${[...this.#fields].map(suggest).join(", ")}`);
    return notes;
  }
}

function countRecords(count: number): string {
  return `${count} ${count === 1 ? "record" : "records"}`;
}

function suggest(name: string): string {
  const nearest = findNearest(name, ALIASES.keys());
  return nearest === undefined ? name : `${name} (did you mean ${nearest}?)`;
}
