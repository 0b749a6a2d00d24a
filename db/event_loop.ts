/**
 * The event loop: long work gives others their turn, above all the answers of a server that waits for what comes next.
 */

import { setImmediate } from "node:timers";

/**
 * Lets timers, signals, connections and other requests have their turn. While somebody always has work, the runtime
 * looks at connections after every 61st turn (the event interval of tokio), so work is cut into short ones: a turn costs
 * 2 µs.
 */
export function giveTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
