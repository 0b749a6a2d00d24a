/**
 * Deadlines: what takes too long is answered for, and left to itself.
 */

interface Waiting {
  /** Of `performance.now()`. */
  readonly ends: number;
  readonly reject: (error: Error) => void;
}

/** Deadlines of one length: they end in the order they begin, so that one timer serves all of them. */
export class Deadlines {
  readonly #milliseconds: number;
  readonly #fail: () => Error;
  /** In the order they end. */
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number, fail: () => Error) {
    this.#milliseconds = milliseconds;
    this.#fail = fail;
  }

  /** What is awaited, or a failure when it takes too long; the work itself goes on. */
  limit<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting = { ends: performance.now() + this.#milliseconds, reject };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#end(), this.#milliseconds);
      work.then((value) => {
        this.#leave(waiting);
        resolve(value);
      }, (error) => {
        this.#leave(waiting);
        reject(error);
      });
    });
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    // A timer that nobody waits for would keep a program from ending.
    if (this.#waiting.size === 0) this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Fails whatever is over, and waits for the next to be. */
  #end(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.ends > now) {
        this.#timer = setTimeout(() => this.#end(), waiting.ends - now);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.reject(this.#fail());
    }
  }
}
