/**
 * Serving with node:http: a client that is slow to send its headers or its body, to read its answer or to ask again is
 * cut off.
 */

import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings, RequestError } from "@hono/node-server";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { writeProblem } from "../http/problem.ts";
import { respond } from "../http/respond.ts";
import { explainListenError, type Listener, type ListenOptions } from "./listener.ts";
import { refuseUnparsed } from "./unparsed_request.ts";

/** How long a client may take. */
export interface TimeLimits {
  /** From a connection's beginning, or a request's first byte, to its last header. */
  readonly headers_ms: number;
  /** From an answer's end to the next request. */
  readonly keep_alive_ms: number;
  /** Between two bytes, whichever way they go. */
  readonly idle_connection_ms: number;
}

/** Listens on an address that others reach. */
export async function listenWithNode(
  { host, port, flag, answer, within }: ListenOptions,
  limits: TimeLimits = LIMITS,
): Promise<Listener> {
  const listener = toListener(answer);
  const server = createServer({
    headersTimeout: limits.headers_ms,
    // The application says so in its own words.
    requireHostHeader: false,
    // A stream may last for hours; the application gives each body its time.
    requestTimeout: 0,
    keepAliveTimeout: limits.keep_alive_ms,
    connectionsCheckingInterval: Math.min(1_000, limits.headers_ms),
  }, within === undefined ? listener : (incoming, outgoing) => within(outgoing, () => listener(incoming, outgoing)));
  server.on("clientError", (error, socket) => void refuseUnparsed(error, socket));
  server.maxConnections = LIMITS.connections;
  // Nothing sent and nothing read: a client that does not take its answer.
  server.setTimeout(limits.idle_connection_ms, (socket) => socket.destroy());
  await bind(server, { host, port, flag });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server on TCP has an address");
  return {
    address: { hostname: address.address, port: address.port },
    has_time_limits: true,
    close: () => close(server),
  };
}

function toListener(answer: ListenOptions["answer"]) {
  const fetch = (request: Request, { incoming }: HttpBindings) =>
    answer(request, { remoteAddr: { hostname: incoming.socket.remoteAddress ?? "" } });
  return getRequestListener((request, bindings) => fetch(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
    errorHandler,
  });
}

/** Before there is a request the application is not asked: an address or a Host that is none. */
function errorHandler(error: unknown): Response | undefined {
  if (!(error instanceof RequestError)) return undefined;
  const exchange = { request_id: crypto.randomUUID(), method: "", began: 0 };
  const problem = new CostopsError("unreadable", "Cannot read the address or the Host of this request");
  return respond(writeProblem(problem, exchange), exchange);
}

async function bind(
  server: Server,
  { host, port, flag }: Pick<ListenOptions, "host" | "port" | "flag">,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port, backlog: 511 }, resolve);
  try {
    await promise;
  } catch (error) {
    throw explainListenError(error, { host, port, flag });
  } finally {
    server.off("error", reject);
  }
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  await promise;
}
