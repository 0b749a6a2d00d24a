/**
 * Serving with Deno.serve: the fastest there is, without any limit of time for a client.
 */

import type { Answer, Listener, ListenOptions } from "./listener.ts";
import { explainListenError } from "./listener.ts";

/** Listens on an address that only this machine reaches. */
export function listenWithDeno({ host, port, flag, answer: plain, within }: ListenOptions): Listener {
  const answer: Answer = within === undefined
    ? plain
    : (request, connection) => within(undefined, () => plain(request, connection));
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, answer);
    const { hostname, port: bound } = server.addr;
    return { address: { hostname, port: bound }, has_time_limits: false, close: () => server.shutdown() };
  } catch (error) {
    throw explainListenError(error, { host, port, flag });
  }
}
