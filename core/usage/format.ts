/**
 * What a source format is: how to recognise one value of it, and its one mapping into disjoint buckets.
 */

import type { RejectedRecord, UsageDraft } from "./record.ts";

/** A JSON object, or a row of CSV with text values. */
export type SourceObject = Readonly<Record<string, unknown>>;

/** A source format. Pure: a value in, drafts out. */
export interface Format {
  /** Stable, for `--format`: `canonical`, `openai-chat`, …. */
  readonly name: string;
  /** For help and tables: `OpenAI chat completion`. */
  readonly title: string;
  /** Whether the value has this format's distinguishing fields. White space, key order and unknown fields never matter. */
  detect(value: SourceObject): boolean;
  /**
   * What the value says was used, one draft a call; none when it is a line of this source that is not usage (counted
   * as skipped). Fails with RejectedRecord when it cannot be placed.
   */
  read(value: SourceObject): readonly UsageDraft[];
  /**
   * Starts reading one input, in its order; takes the place of `read` for formats whose values mean something only after
   * the earlier ones, or hold several calls of which one may be refused alone.
   */
  open?(): FormatReader;
  /** Whether a later value with the same id and more output is the same call further on (logs that are written while it runs). */
  readonly may_supersede?: true;
}

/** Reads one input of a format, value by value. */
export interface FormatReader {
  /** What {@link Format.read} gives, with calls that are refused on their own in their places. */
  read(value: SourceObject): readonly (UsageDraft | RejectedRecord)[];
}
