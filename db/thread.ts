/**
 * A thread that does one thing at a time: it is asked, and answers.
 */

import { CostopsError, type ErrorKind } from "../core/error.ts";

/** What a thread does at the end, after which it is asked nothing. */
export const CLOSE = "close";

/** What a thread still does when it is to close may take so long, then it is stopped. */
const CLOSE_MS = 1_000;

type Answer = { readonly result: unknown } | { readonly error: ThreadError };

/** An error on its way from one thread to another. */
interface ThreadError {
  readonly kind?: ErrorKind;
  readonly message: string;
}

/** What a thread is made of. */
export interface ThreadOptions {
  /** What it does, for messages: `reads the database`. */
  readonly does: string;
  /** An answer that takes longer is given up, and the thread with it; absent: any time. */
  readonly answer_ms?: number;
}

/** One thread; it is asked one thing at a time. What it runs answers with {@link answerRequests}. */
export class Thread<Request> {
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  /** Of what was asked last: it is answered, or it has failed. */
  #answered: Promise<unknown> = Promise.resolve();
  #abandon = (_error: Error) => {};
  /** Why it was stopped. */
  #end: Error | undefined;
  #isClosing = false;

  constructor(program: URL, options: ThreadOptions) {
    this.#worker = new Worker(program, { type: "module" });
    this.#options = options;
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.stop(new Error(`a thread that ${options.does} failed: ${event.message}`));
    };
  }

  get isStopped(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Sends a request and waits for its answer. The thread is stopped when it fails otherwise than by an answer, unless the
   * request could not be sent at all.
   */
  async ask(request: Request | typeof CLOSE): Promise<unknown> {
    if (this.#end !== undefined) throw this.#end;
    // It answers one thing at a time: whoever asked now would get the answer to something else.
    if (this.#isClosing && request !== CLOSE) throw isClosing();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.postMessage(request);
    this.#answered = Promise.allSettled([promise]);
    this.#abandon = reject;
    const { answer_ms } = this.#options;
    const timer = answer_ms === undefined ? undefined : setTimeout(() => {
      reject(new CostopsError("temporary", "Cannot answer this in time: ask for a shorter period, or try again"));
    }, answer_ms);
    let answer: Answer;
    try {
      answer = await promise;
    } catch (error) {
      reject(error);
      this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    if ("result" in answer) return answer.result;
    const { kind, message } = answer.error;
    throw kind === undefined ? new Error(message) : new CostopsError(kind, message);
  }

  /** Ends it once it has answered what it was asked; without an answer in time it is stopped. It is asked no more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const { promise: isLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    const closing = this.#answered.then(() => this.isStopped || this.ask(CLOSE));
    await Promise.race([Promise.allSettled([closing]), isLate]);
    clearTimeout(timer);
    this.stop();
  }

  /** Ends it without waiting for anything; whoever waits for its answer, or asks later, is told why. */
  stop(reason: Error = isClosing()): this {
    this.#end ??= reason;
    this.#abandon(this.#end);
    this.#worker.terminate();
    return this;
  }
}

/** What is said to whoever asks a database that is being closed. */
export function isClosing(): CostopsError {
  return new CostopsError("temporary", "Cannot use the database: it is being closed");
}

/** Answers what this thread is asked, one request after another, in their order. */
export function answerRequests<Request>(handle: (request: Request | typeof CLOSE) => unknown): void {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<Request | typeof CLOSE>) => Promise<void>;
    postMessage(answer: Answer): void;
  };
  scope.onmessage = async ({ data }) => {
    let answer: Answer;
    try {
      answer = { result: await handle(data) };
    } catch (error) {
      answer = { error: describe(error) };
    }
    scope.postMessage(answer);
  };
}

function describe(error: unknown): ThreadError {
  if (error instanceof CostopsError) return { kind: error.kind, message: error.message };
  return { message: error instanceof Error ? error.message : String(error) };
}
