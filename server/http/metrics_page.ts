/**
 * `/metrics`, where other things are served too: for who may read metrics, and for this machine itself.
 */

import { requirePermission } from "../../core/access.ts";
import { isLoopback } from "../auth/address.ts";
import type { Reply, Written } from "../routes/reply.ts";
import { findAddress, isForwarded } from "./address.ts";
import type { Exchange } from "./exchange.ts";
import { identify, type Identifying } from "./identify.ts";

/** Its path, here and on a port of its own. */
export const METRICS_PATH = "/metrics";

/** Writes the metrics as they are now. */
export type WriteMetrics = () => Promise<Written>;

/** A request for metrics. */
export interface MetricsRequest {
  readonly headers: Headers;
  /** What the server says of the connection. */
  readonly connection: unknown;
  readonly exchange: Exchange;
}

/** Answers a request. Fails with `unauthenticated`, with `forbidden` without `metrics:read`, and with `rate_limited`. */
export async function answerMetrics(
  { headers, connection, exchange }: MetricsRequest,
  { write, trusted_proxies, ...identifying }: Identifying & {
    readonly write: WriteMetrics;
    readonly trusted_proxies: readonly string[];
  },
): Promise<Reply> {
  if (!isOfThisMachine(headers, connection)) {
    const address = findAddress(headers, { connection, trusted_proxies });
    exchange.principal = await identify({ headers, address, exchange }, identifying);
    requirePermission(exchange.principal, "metrics:read");
  }
  return { status: 200, body: await write() };
}

/** A proxy on this machine asks for the whole world; one that says so is not taken for the machine itself. */
function isOfThisMachine(headers: Headers, connection: unknown): boolean {
  const address = findAddress(headers, { connection, trusted_proxies: [] });
  return address !== undefined && isLoopback(address) && !isForwarded(headers);
}
