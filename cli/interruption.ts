/**
 * Being asked to stop (Ctrl-C, SIGTERM): an intake ends between two records, so that what it took in is stored and said.
 */

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODES;

/**
 * Ends the process when its exit code says that a signal came: a read of a pipe that nobody writes to cannot be taken
 * back, and would keep a stopped process alive.
 */
export function leaveWhenStopped(exitCode: number): void {
  if (Object.values<number>(EXIT_CODES).includes(exitCode)) Deno.exit(exitCode);
}

/** Listens for signals from its making until {@link Interruption.ignore}; the second one ends the process at once. */
export class Interruption {
  #exitCode: number | undefined;
  readonly #wakes = new Set<() => void>();
  readonly #end = new AbortController();
  readonly #listeners = new Map<StopSignal, () => void>();

  constructor() {
    const signals: readonly StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
    for (const signal of signals) {
      const listener = () => this.#stop(signal);
      this.#listeners.set(signal, listener);
      Deno.addSignalListener(signal, listener);
    }
  }

  /** What a shell expects of a process that a signal has ended; undefined when none came. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Aborted when a signal comes, and when nobody listens any more. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Gives groups as they come, and ends when a signal comes, also while it waits for the next. */
  async *passOn<Group>(groups: AsyncIterable<Group>): AsyncGenerator<Group> {
    const iterator = groups[Symbol.asyncIterator]();
    while (this.#exitCode === undefined) {
      const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
      const wake = () => resolve(undefined);
      this.#wakes.add(wake);
      const next = await Promise.race([iterator.next(), stopped]).finally(() => this.#wakes.delete(wake));
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  }

  /** Signals end the process again. */
  ignore(): void {
    this.#end.abort();
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }

  #stop(signal: StopSignal): void {
    if (this.#exitCode !== undefined) Deno.exit(this.#exitCode);
    this.#exitCode = EXIT_CODES[signal];
    for (const wake of this.#wakes) wake();
    this.#end.abort();
  }
}
