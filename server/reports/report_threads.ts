/**
 * Starts a thread for each report, so that making one keeps nobody waiting and leaves no memory behind.
 */

import { CostopsError, type ErrorKind } from "../../core/error.ts";
import type { FileOrder, MadeBytes } from "./make_file.ts";

/** Where a thread finds the database and keeps files. */
export interface ThreadPlace {
  readonly database_url: string;
  readonly reports_folder?: string;
}

/** What a thread is sent. */
export interface ThreadOrder {
  readonly place: ThreadPlace;
  readonly order: FileOrder;
}

/** What it sends back. */
export type ThreadAnswer =
  | MadeBytes
  | { readonly error: { readonly kind?: ErrorKind; readonly message: string } };

/** Makes a report's file; ends as soon as `signal` is aborted, with its reason. */
export type MakeFile = (order: FileOrder, signal: AbortSignal) => Promise<MadeBytes>;

/** Makes files on threads. Fails as making does; what was no expected error is an Error. */
export function makeOnThreads(place: ThreadPlace): MakeFile {
  return async (order, signal) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL("./report_thread.ts", import.meta.url), { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`the thread that made a report failed: ${event.message}`));
    };
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    worker.postMessage({ place, order } satisfies ThreadOrder);
    try {
      const answer = await promise;
      if (!("error" in answer)) return answer;
      const { kind, message } = answer.error;
      throw kind === undefined ? new Error(message) : new CostopsError(kind, message);
    } finally {
      signal.removeEventListener("abort", abort);
      worker.terminate();
    }
  };
}
