/**
 * What a format makes of a value that has no usage in it.
 */

import type { Format, SourceObject } from "../format.ts";
import { RejectedRecord, type UsageDraft } from "../record.ts";

/**
 * No drafts for a value of the format that used nothing (a chunk of a stream, a failed call). Fails with
 * `unknown_format` for a value of another format, so that a format that was named by mistake does not pass over a file.
 */
export function readNothing(format: Format, value: SourceObject): readonly UsageDraft[] {
  if (format.detect(value)) return [];
  throw new RejectedRecord("unknown_format", `Cannot read the value as ${format.name}: it has no usage of that format`);
}
