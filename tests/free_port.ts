/**
 * Ports for programs that must be told theirs.
 */

import { randomInt } from "node:crypto";

/** Below the ports that systems give to outgoing connections and to whoever asks for any: those come and go meanwhile. */
const PORTS = { from: 10_000, to: 20_000 };

/** A port of loopback that nobody listens on. */
export function findFreePort(): number {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
