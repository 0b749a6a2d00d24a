/**
 * Groups of items into batches: full ones while the input is quick, what there is when it pauses.
 */

/** How long an item waits for more before its batch goes on without them; keeps a live pipe live. */
const PAUSE_MS = 100;

/**
 * Collects items into batches of at most `size`, in order; a batch goes early when the input pauses. When the input
 * fails, what came before is given first.
 */
export async function* collectBatches<Item>(
  groups: AsyncIterable<readonly Item[]>,
  size: number,
): AsyncGenerator<Item[]> {
  const iterator = groups[Symbol.asyncIterator]();
  let waiting: Item[] = [];
  let next = settle(iterator.next());
  while (true) {
    const result = waiting.length === 0 ? await next : await orPause(next);
    if (result === undefined) {
      yield waiting;
      waiting = [];
      continue;
    }
    if (result.status === "rejected" || result.value.done === true) {
      if (waiting.length > 0) yield waiting;
      if (result.status === "rejected") throw result.reason;
      return;
    }
    for (const item of result.value.value) waiting.push(item);
    next = settle(iterator.next());
    for (; waiting.length >= size; waiting = waiting.slice(size)) yield waiting.slice(0, size);
  }
}

/** A promise that never rejects, so that a failure waits until it is looked at. */
async function settle<Value>(promise: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  return (await Promise.allSettled([promise]))[0];
}

/** What is awaited, or undefined after a pause. */
async function orPause<Value>(awaited: Promise<Value>): Promise<Value | undefined> {
  const pause = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => pause.resolve(undefined), PAUSE_MS);
  try {
    return await Promise.race([awaited, pause.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Works on the next value while the one before is used: a server stores a batch while the next is prepared. */
export async function* readAhead<Value>(values: AsyncGenerator<Value>): AsyncGenerator<Value> {
  try {
    let next = settle(values.next());
    while (true) {
      const result = await next;
      if (result.status === "rejected") throw result.reason;
      if (result.value.done === true) return;
      next = settle(values.next());
      yield result.value.value;
    }
  } finally {
    // Not waited for: an input that pauses would hold up whoever has seen enough.
    values.return(undefined).catch(() => {});
  }
}
