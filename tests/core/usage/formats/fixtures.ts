/** The bodies in tests/fixtures/formats; a file is named `<format>--<case>.json`. */

import type { SourceObject } from "../../../../core/usage/format.ts";
import type { UsageDraft } from "../../../../core/usage/record.ts";
import { findFormat } from "../../../../core/usage/detect.ts";

const FOLDER = new URL("../../../fixtures/formats/", import.meta.url);

export interface Fixture {
  readonly format: string;
  readonly file: string;
  readonly value: SourceObject;
}

export function listFixtures(): Fixture[] {
  return [...Deno.readDirSync(FOLDER)]
    .filter((entry) => entry.name.endsWith(".json"))
    .map((entry) => ({ format: entry.name.split("--")[0]!, file: entry.name, value: readFixture(entry.name) }));
}

export function readFixture(file: string): SourceObject {
  return JSON.parse(Deno.readTextFileSync(new URL(file, FOLDER)));
}

/** Reads a value with one format; fields that are undefined are left out, as nothing tells them from absent ones. */
export function readAs(format: string, value: SourceObject): UsageDraft[] {
  return findFormat(format)!.read(value).map(
    (draft) => Object.fromEntries(Object.entries(draft).filter(([, field]) => field !== undefined)) as UsageDraft,
  );
}

/** Reads the only draft of a value. */
export function readOne(format: string, value: SourceObject): UsageDraft {
  const drafts = readAs(format, value);
  if (drafts.length !== 1) throw new Error(`${drafts.length} drafts`);
  return drafts[0]!;
}

/** The buckets of a draft: input, cache read, cache write 5m, cache write 1h, output, reasoning, and units. */
export function buckets(draft: UsageDraft): unknown[] {
  return [
    draft.input_tokens,
    draft.cache_read_tokens,
    draft.cache_write_5m_tokens,
    draft.cache_write_1h_tokens,
    draft.output_tokens,
    draft.reasoning_tokens,
    draft.units,
  ];
}
