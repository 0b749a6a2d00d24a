/**
 * Deadlines: what takes too long is answered for, and left to itself.
 */

/** What is awaited, or a failure after so many milliseconds; the work itself goes on. */
export async function withDeadline<Value>(
  work: Promise<Value>,
  { milliseconds, fail }: { readonly milliseconds: number; readonly fail: () => Error },
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(fail()), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
