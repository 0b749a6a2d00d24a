/** The session logs in tests/fixtures/logs, read as an import reads them: each file with a reader of its own. */

import { findFormat } from "../../../../core/usage/detect.ts";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { RejectedRecord, type UsageDraft } from "../../../../core/usage/record.ts";

const FOLDER = new URL("../../../fixtures/logs/", import.meta.url);

/** The files below a folder of the fixtures whose names have this in them, by name. */
export function listLogs(folder: string, part = ""): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(new URL(`${folder}/`, FOLDER))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...listLogs(path, part));
    else if (path.includes(part)) found.push(path);
  }
  return found.sort();
}

/** The values of a log. */
export function readLines(path: string): SourceObject[] {
  const text = Deno.readTextFileSync(new URL(path, FOLDER));
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** What one input of these lines holds, in their order. */
export function readLog(format: string, lines: readonly SourceObject[]): UsageDraft[] {
  const found = findFormat(format)!;
  const reader = found.open?.() ?? found;
  return lines.flatMap((line) => reader.read(line)).map((draft) => {
    if (draft instanceof RejectedRecord) throw draft;
    return draft;
  });
}

/** What stays of drafts that may supersede: of each id the one with the most output, the first where they are equal. */
export function settle(drafts: readonly UsageDraft[]): UsageDraft[] {
  const kept = new Map<string, UsageDraft>();
  for (const draft of drafts) {
    const first = kept.get(draft.id!);
    if (first === undefined || draft.output_tokens > first.output_tokens) kept.set(draft.id!, draft);
  }
  return [...kept.values()];
}

/** Input, cache read, cache write 5m, cache write 1h, output and reasoning, each added up. */
export function sumBuckets(drafts: readonly UsageDraft[]): number[] {
  const sum = (pick: (draft: UsageDraft) => number) => drafts.reduce((total, draft) => total + pick(draft), 0);
  return [
    sum((draft) => draft.input_tokens),
    sum((draft) => draft.cache_read_tokens),
    sum((draft) => draft.cache_write_5m_tokens),
    sum((draft) => draft.cache_write_1h_tokens),
    sum((draft) => draft.output_tokens),
    sum((draft) => draft.reasoning_tokens),
  ];
}
