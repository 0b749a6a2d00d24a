/**
 * Appending on a thread of its own, so that whoever answers requests never waits for a disk.
 */

import { CostopsError } from "../core/error.ts";
import type { AppendEntry, AppendOptions, AppendOutcome } from "./append.ts";
import { Thread } from "./thread.ts";

/** What the thread is sent: the file to open, then batches. */
export type AppendRequest =
  | { readonly path: string }
  | { readonly entries: readonly AppendEntry[]; readonly options: AppendOptions };

/** Appends batches on a thread, one after another; it is started when it is first needed. */
export class ThreadedAppender {
  readonly #path: string;
  #thread: Promise<Thread<AppendRequest>> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends a batch in a transaction. Fails with `storage_failure` when the thread ends: nobody knows what it stored. */
  async append(entries: readonly AppendEntry[], options: AppendOptions): Promise<AppendOutcome[]> {
    const thread = await (this.#thread ??= this.#start());
    try {
      return await thread.ask({ entries, options }) as AppendOutcome[];
    } catch (error) {
      if (!thread.isStopped) throw error;
      throw new CostopsError("storage_failure", `Cannot use "${this.#path}": ${(error as Error).message}`);
    }
  }

  /** Closes the file, after the last batch. */
  async close(): Promise<void> {
    await (await this.#thread)?.close();
  }

  async #start(): Promise<Thread<AppendRequest>> {
    const program = new URL("./sqlite_append_thread.ts", import.meta.url);
    const thread = new Thread<AppendRequest>(program, { does: "appends to the database" });
    try {
      await thread.ask({ path: this.#path });
      return thread;
    } catch (error) {
      thread.stop();
      this.#thread = undefined;
      throw error;
    }
  }
}
