/**
 * Serving with Deno.serve: the fastest there is, without any limit of time for a client.
 */

import type { Listener, ListenOptions } from "./listener.ts";
import { explainListenError } from "./listener.ts";

/** Listens on an address that only this machine reaches. */
export function listenWithDeno({ host, port, flag, answer }: ListenOptions): Listener {
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, answer);
    const { hostname, port: bound } = server.addr;
    return { address: { hostname, port: bound }, has_time_limits: false, close: () => server.shutdown() };
  } catch (error) {
    throw explainListenError(error, { host, port, flag });
  }
}
