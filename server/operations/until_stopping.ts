/**
 * What has no end, ended when the program is to end.
 */

/** An input that may be cut. */
export interface CutInput<Value> {
  readonly items: AsyncIterable<Value>;
  /** Whether there was more to come. */
  readonly isCut: () => boolean;
}

/** The same values, until the signal; then they end as if there were no more. */
export function untilStopping<Value>(items: AsyncIterable<Value>, stopping: AbortSignal): CutInput<Value> {
  let isCut = false;
  async function* cut(): AsyncGenerator<Value> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = await nextUnless(iterator, stopping);
        if (next === undefined) {
          isCut = true;
          return;
        }
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      // Not awaited: whoever waits for a silent client ends only with it.
      iterator.return?.().then(undefined, () => {});
    }
  }
  return { items: cut(), isCut: () => isCut };
}

async function nextUnless<Value>(
  iterator: AsyncIterator<Value>,
  stopping: AbortSignal,
): Promise<IteratorResult<Value> | undefined> {
  if (stopping.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  stopping.addEventListener("abort", stop, { once: true });
  try {
    const next = iterator.next();
    // One that fails when nobody waits for it any more is no fault.
    next.catch(() => {});
    return await Promise.race([next, promise]);
  } finally {
    stopping.removeEventListener("abort", stop);
  }
}
