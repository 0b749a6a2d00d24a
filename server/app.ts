/**
 * The server as a function from Request to Response: the API below its base path, and the paths of the system.
 */

import { type Context, Hono } from "hono";
import type { Principal } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Environment } from "./environment.ts";
import { createCursors } from "./http/cursors.ts";
import { allowOrigins } from "./http/cors.ts";
import { Deadlines } from "./http/deadline.ts";
import { beginExchange, type Exchange, type Observe, writeFaults } from "./http/exchange.ts";
import { Idempotency } from "./http/idempotency.ts";
import { InFlight } from "./http/in_flight.ts";
import { answerMetrics, METRICS_PATH, type WriteMetrics } from "./http/metrics_page.ts";
import { isFault, writeProblem } from "./http/problem.ts";
import type { RateLimits } from "./http/rate_limit.ts";
import { BodyReader } from "./http/read_body.ts";
import { RememberingRouter } from "./http/remembering_router.ts";
import { checkRequest, listMethods } from "./http/request_line.ts";
import { respond } from "./http/respond.ts";
import { RouteServer, type Services, tookTooLong } from "./http/route_server.ts";
import { type AppSettings, fillSettings, type Settings } from "./http/settings.ts";
import { createSystemPages, type HealthState } from "./http/system.ts";
import type { Reply } from "./routes/reply.ts";
import type { Route } from "./routes/route.ts";
import { BASE_PATH, ROUTES } from "./routes/routes.ts";

/** What an app is made of. */
export interface AppOptions {
  readonly environment: Environment;
  /** Finds out who asks. Fails with `unauthenticated`. */
  readonly authenticate: (headers: Headers) => Promise<Principal>;
  /** Absent: no limit, and no headers of one. */
  readonly rate_limits?: RateLimits;
  readonly settings: AppSettings;
  /** Told of every answer; absent: faults go to stderr. */
  readonly observe?: Observe;
  /** What `/ready` and `/health` say beyond the database; absent: always ready. */
  readonly health?: () => HealthState;
  /** What `/metrics` says; absent: there is no such page. */
  readonly metrics?: WriteMetrics;
  /** {@link ROUTES} when it is not given. */
  readonly routes?: readonly Route[];
}

/** The whole: the API below {@link BASE_PATH}, `/health`, `/ready`, `/live`, `/openapi.json` and `/docs`. */
export function createApp(options: AppOptions): Hono {
  const app = newApp(options);
  app.route(BASE_PATH, createRouter(options, BASE_PATH));
  const { environment, health, routes = ROUTES, settings } = options;
  const pages = createSystemPages({ environment, health, routes, version: settings.version });
  for (const { path, answer } of pages) {
    serve(
      app,
      { path, methods: new Map([["get", (_context, exchange) => (exchange.route = path, answer())]]) },
      options,
    );
  }
  if (options.metrics !== undefined) serveMetrics(app, options.metrics, options);
  app.notFound((context) => answerFor(context, options, () => Promise.reject(unknownPath(context))));
  return app;
}

/** The API alone, without a prefix, to be mounted below one's own: `app.route("/costs", createApiRouter(…))`. */
export function createApiRouter(options: AppOptions): Hono {
  return createRouter(options);
}

/** `base` is where it is mounted, as far as that is known. */
function createRouter(given: AppOptions, base?: string): Hono {
  const options: Served = { ...given, base };
  const app = newApp(options);
  const services = createServices(options);
  const byPath = Map.groupBy(options.routes ?? ROUTES, ({ path }) => path);
  for (const [path, routes] of [...byPath].sort(([one], [other]) => comparePaths(one, other))) {
    const methods = new Map(routes.map((route) => {
      const server = new RouteServer(route, services);
      const answer: Answer = (context, exchange) =>
        server.answer({
          request: context.req.raw,
          params: context.req.param(),
          connection: context.env,
          exchange,
        });
      return [route.method, answer] as const;
    }));
    serve(app, { path, methods }, options);
  }
  // Mounted alone, it answers for everything below its path, and has no /docs beside it.
  if (base === undefined) {
    const paths = "the paths are in openapi.json of costops";
    app.all("*", (context) => answerFor(context, options, () => Promise.reject(unknownPath(context, paths))));
  }
  return app;
}

/** Where what is served stands below, and what it is made of. */
type Served = AppOptions & { readonly base?: string };

type Answer = (context: Context, exchange: Exchange) => Promise<Reply>;

function newApp({ settings }: AppOptions): Hono {
  const app = new Hono({ router: new RememberingRouter() });
  const { allowed_origins } = fillSettings(settings);
  if (allowed_origins.length > 0) app.use(allowOrigins(allowed_origins));
  return app;
}

function createServices({ environment, authenticate, rate_limits, settings: given }: AppOptions): Services {
  const settings: Settings = fillSettings(given);
  if (new TextEncoder().encode(settings.secret).length < 32) {
    throw new CostopsError("usage", "Cannot serve with a secret of less than 32 bytes: give a longer one");
  }
  return {
    environment,
    authenticate,
    rate_limits,
    settings,
    in_flight: new InFlight(settings),
    bodies: new BodyReader(settings.body_ms),
    deadlines: new Deadlines(settings.handler_ms, tookTooLong),
    cursors: createCursors(settings.secret),
    idempotency: new Idempotency(settings.secret),
  };
}

function serveMetrics(app: Hono, write: WriteMetrics, options: AppOptions): void {
  const { authenticate, rate_limits, settings } = options;
  const { trusted_proxies } = fillSettings(settings);
  const answer: Answer = (context, exchange) => {
    exchange.route = METRICS_PATH;
    const { headers } = context.req.raw;
    const asked = { headers, connection: context.env, exchange };
    return answerMetrics(asked, { write, trusted_proxies, authenticate, rate_limits });
  };
  serve(app, { path: METRICS_PATH, methods: new Map([["get", answer]]) }, options);
}

/**
 * Serves one path: its methods, and to every other one which there are. There is one handler for all of them: where Hono
 * finds several, it calls them through each other.
 */
function serve(
  app: Hono,
  { path, methods }: { readonly path: string; readonly methods: ReadonlyMap<string, Answer> },
  options: Served,
): void {
  const byMethod = new Map([...methods].map(([method, answer]) => [method.toUpperCase(), answer]));
  const allow = listMethods(methods.keys());
  const refuse: Answer = (_context, exchange) => {
    exchange.route = path;
    const error = new CostopsError("method_not_allowed", `Cannot ${exchange.method} ${path}: it takes ${allow}`);
    const reply = writeProblem(error, exchange);
    return Promise.resolve({ ...reply, headers: { ...reply.headers, Allow: allow } });
  };
  app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) => {
    const { method } = context.req;
    const answer = byMethod.get(method === "HEAD" ? "GET" : method) ?? refuse;
    return answerFor(context, options, (exchange) => answer(context, exchange));
  });
}

/** Answers one request, come what may, and says so to whoever watches. */
async function answerFor(
  context: Context,
  { base, observe = writeFaults }: Served,
  answer: (exchange: Exchange) => Promise<Reply>,
): Promise<Response> {
  const request = context.req.raw;
  const exchange = beginExchange(request, base);
  let reply: Reply;
  let error: unknown;
  try {
    checkRequest(request);
    reply = await answer(exchange);
  } catch (caught) {
    error = caught;
    reply = writeProblem(caught, exchange);
  }
  const duration_ms = performance.now() - exchange.began;
  const { status, outcomes, ended } = reply;
  const is_fault = error !== undefined && isFault(error);
  observe({ ...exchange, status, outcomes, ended, duration_ms, error, is_fault });
  return respond(reply, exchange);
}

function unknownPath({ req }: Context, paths = "the paths are at /docs"): CostopsError {
  return new CostopsError(
    "not_found",
    `Cannot find the path ${JSON.stringify(req.path.slice(0, LIMITS.id_characters))}: ${paths}`,
  );
}

/** Words before parameters, so that `/usage/stats` is never the record "stats". */
function comparePaths(one: string, other: string): number {
  const rank = (path: string) => path.replaceAll("{", "\u{10FFFF}");
  return rank(one) < rank(other) ? -1 : 1;
}
