/**
 * The outcomes of a stream as NDJSON, as they come: records are stored while the client has not read, up to a bound.
 */

import { LIMITS } from "../../core/limits.ts";
import { addOutcomes, EMPTY_SUMMARY } from "../../core/usage/summary.ts";
import { describeProblem } from "../http/problem.ts";
import type { IngestedItem } from "../operations/ingest.ts";
import { toWireOutcome } from "../wire/outcome.ts";
import type { StreamEnd } from "./reply.ts";

/** The lines of a stream's answer. */
export interface OutcomeLines {
  readonly lines: ReadableStream<Uint8Array>;
  /** Settles when all lines are there, or as many as may wait for their reader. */
  readonly held: Promise<void>;
  /** Settles when nothing more is taken in. */
  readonly ended: Promise<StreamEnd>;
}

/**
 * Writes a line for every outcome that is not `inserted`, then the summary; after a failure a line that says it first:
 * what the summary counts is stored all the same. Nothing is taken in any more when nobody reads.
 */
export function writeOutcomes(batches: AsyncIterable<readonly IngestedItem[]>, request_id: string): OutcomeLines {
  const encoder = new TextEncoder();
  const held = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<StreamEnd>();
  let isRead = Promise.withResolvers<void>();
  let isCancelled = false;
  const iterator = batches[Symbol.asyncIterator]();
  const write = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    let summary = EMPTY_SUMMARY;
    let failure: unknown;
    const say = (line: unknown) => controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        const outcomes = next.value.map(({ outcome }) => outcome);
        // What was stored is counted, also when nobody reads that it was.
        summary = addOutcomes(summary, outcomes);
        if (isCancelled) break;
        for (const outcome of outcomes) if (outcome.outcome !== "inserted") say(toWireOutcome(outcome));
        while ((controller.desiredSize ?? 0) <= 0 && !isCancelled) {
          held.resolve();
          isRead = Promise.withResolvers<void>();
          await isRead.promise;
        }
      }
    } catch (error) {
      failure = error;
      if (!isCancelled) say({ problem: describeProblem(error, { request_id }) });
    }
    ended.resolve({ summary, error: failure });
    if (isCancelled) return await iterator.return?.();
    say({ summary });
    controller.close();
    held.resolve();
  };
  const lines = new ReadableStream<Uint8Array>({
    start: (controller) => void write(controller),
    pull: () => isRead.resolve(),
    cancel: () => {
      isCancelled = true;
      isRead.resolve();
    },
  }, new CountQueuingStrategy({ highWaterMark: LIMITS.stream_outcomes }));
  return { lines, held: held.promise, ended: ended.promise };
}
