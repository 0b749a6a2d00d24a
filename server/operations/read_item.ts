/**
 * One value of an input as the records it holds, before anything is known of prices, organizations or the database.
 */

import { detectFormat } from "../../core/usage/detect.ts";
import type { Format, FormatReader } from "../../core/usage/format.ts";
import type { InputItem } from "../../core/usage/reader.ts";
import { RejectedRecord, type Rejection, type UsageDraft } from "../../core/usage/record.ts";

/** What is known while the values of one input are read. */
export interface Reading {
  /** Undefined: each value's format is detected. */
  readonly format?: Format;
  /** What reads this input, for formats that read an input as a whole. */
  readonly readers: Map<Format, FormatReader>;
}

/** One record of a value: what it says, why it is refused, or neither when the value is not usage. */
export type ReadRecord =
  & {
    readonly item: InputItem;
    /** Whether it is taken in alike without what stands before it in the input. */
    readonly stands_alone: boolean;
  }
  & (
    | { readonly draft: UsageDraft; readonly format: Format; readonly rejection?: undefined }
    | {
      readonly draft?: undefined;
      readonly rejection?: Rejection;
      /** The id that a refused record gives itself, where that much of it was read. */
      readonly given_id?: string;
    }
  );

/** Reads what one value of the input holds. */
export function readItem(item: InputItem, reading: Reading): ReadRecord[] {
  if (item.rejection !== undefined) return [{ item, rejection: item.rejection, stands_alone: false }];
  try {
    const format = reading.format ?? detectFormat(item.value);
    if (format === undefined) return [{ item, rejection: UNKNOWN_FORMAT, stands_alone: false }];
    const drafts = findReader(format, reading).read(item.value);
    if (drafts.length === 0) return [{ item, stands_alone: format.open === undefined }];
    return drafts.map((draft) => {
      if (draft instanceof RejectedRecord) return { item, rejection: asRejection(draft), stands_alone: false };
      return { item, draft, format, stands_alone: draft.id !== undefined && format.open === undefined };
    });
  } catch (error) {
    const rejection = asRejection(error);
    return [{ item, rejection, given_id: (error as RejectedRecord).id, stands_alone: false }];
  }
}

/** Why a record is refused. Whatever else was thrown is thrown on. */
export function asRejection(error: unknown): Rejection {
  if (error instanceof RejectedRecord) return { code: error.code, detail: error.message };
  throw error;
}

function findReader(format: Format, { readers }: Reading): FormatReader {
  if (format.open === undefined) return format;
  let reader = readers.get(format);
  if (reader === undefined) readers.set(format, reader = format.open());
  return reader;
}

const UNKNOWN_FORMAT: Rejection = {
  code: "unknown_format",
  detail: "Cannot tell what this is: it has no usage that a known format would have",
};
