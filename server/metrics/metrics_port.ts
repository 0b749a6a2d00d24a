/**
 * A port for metrics alone, without a credential: whom it is open to is a matter of the address it is bound to.
 */

import { CostopsError } from "../../core/error.ts";
import { beginExchange, type Observe } from "../http/exchange.ts";
import { METRICS_PATH, type WriteMetrics } from "../http/metrics_page.ts";
import { isFault, writeProblem } from "../http/problem.ts";
import { respond } from "../http/respond.ts";
import { listen, type Listener, probe, type Within } from "../listen/listener.ts";
import type { Reply } from "../routes/reply.ts";

/** Where it is, what it says, and who is told of its answers. */
export interface MetricsPort {
  readonly host: string;
  readonly port: number;
  readonly write: WriteMetrics;
  readonly observe: Observe;
  readonly within?: Within;
}

/** The flag that names another port. */
const flag = "metrics-port";

/** Fails as {@link listenForMetrics} does, before anything else is done. */
export function probeMetricsPort({ host, port }: Pick<MetricsPort, "host" | "port">): void {
  probe({ host, port, flag });
}

/** Listens. Fails with `temporary` when the port is taken, `usage` when the host is none of this machine. */
export async function listenForMetrics({ host, port, write, observe, within }: MetricsPort): Promise<Listener> {
  return await listen({ host, port, flag, within, answer: (request) => answerRequest(request, { write, observe }) });
}

async function answerRequest(
  request: Request,
  { write, observe }: Pick<MetricsPort, "write" | "observe">,
): Promise<Response> {
  const exchange = beginExchange(request);
  let reply: Reply;
  let error: unknown;
  try {
    requireMetrics(request);
    exchange.route = METRICS_PATH;
    reply = { status: 200, body: await write() };
  } catch (caught) {
    error = caught;
    reply = writeProblem(caught, exchange);
    if (reply.status === 405) reply = { ...reply, headers: { ...reply.headers, Allow: "GET, HEAD" } };
  }
  const duration_ms = performance.now() - exchange.began;
  observe({ ...exchange, status: reply.status, duration_ms, error, is_fault: error !== undefined && isFault(error) });
  return respond(reply, exchange);
}

function requireMetrics({ url, method }: Request): void {
  if (!URL.canParse(url) || new URL(url).pathname !== METRICS_PATH) {
    throw new CostopsError("not_found", `Cannot find this path here: there is only ${METRICS_PATH}`);
  }
  if (method !== "GET" && method !== "HEAD") {
    throw new CostopsError("method_not_allowed", `Cannot ${method.slice(0, 20)} ${METRICS_PATH}: it takes GET, HEAD`);
  }
}
