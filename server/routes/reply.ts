/**
 * What a route answers with: a status, a body and headers, before anything is encoded.
 */

import type { IngestSummary, RecordOutcome } from "../../core/usage/summary.ts";

/** An answer. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON, or as it is when it is {@link Written}; undefined is no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What became of the records that were sent, for logs and traces; not sent. */
  readonly outcomes?: readonly RecordOutcome[];
  /** Of a stream of records: settles at its end, for logs and traces; never fails. */
  readonly ended?: Promise<StreamEnd>;
}

/** How a stream of records ended. */
export interface StreamEnd {
  readonly summary: IngestSummary;
  /** Why it ended before its input did. */
  readonly error?: unknown;
}

/** A body that is written already: its text, or its bytes as they come. */
export class Written {
  constructor(readonly content_type: string, readonly content: string | ReadableStream<Uint8Array>) {}
}
