/**
 * The event loop: long work gives others their turn, above all the answers of a server that waits for what comes next.
 */

import { setImmediate } from "node:timers";

/** Lets timers, signals, connections and other requests have their turn. */
export function giveTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
