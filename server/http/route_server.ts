/**
 * The way of a request through one route: who asks, whether it may, what it says, what is done, what is answered.
 *
 * The order is that of cost: what is refused cheaply is refused first, and no byte of a body is read for somebody who
 * may not send it.
 */

import { type Principal, requirePermission } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { findOrganization } from "../../db/organizations.ts";
import type { Environment } from "../environment.ts";
import type { BodyLimit } from "../routes/body.ts";
import { chooseOrganization } from "../operations/reports.ts";
import { type Reply, Written } from "../routes/reply.ts";
import { ANONYMOUS, type Route, type RouteRequest } from "../routes/route.ts";
import { findAddress } from "./address.ts";
import type { Cursors } from "./cursors.ts";
import type { Deadlines } from "./deadline.ts";
import type { Exchange } from "./exchange.ts";
import type { Idempotency } from "./idempotency.ts";
import { type Asking, identify, takeOfAddress } from "./identify.ts";
import type { InFlight, Stay } from "./in_flight.ts";
import { parseJsonBody } from "./json_body.ts";
import { readMediaType } from "./media_type.ts";
import { type RateLimits, requireAllowed } from "./rate_limit.ts";
import type { BodyReader } from "./read_body.ts";
import { QueryReader } from "./read_query.ts";
import type { Settings } from "./settings.ts";
import { validate } from "./validate.ts";

/** What all routes of an app share. */
export interface Services {
  readonly environment: Environment;
  readonly authenticate: (headers: Headers) => Promise<Principal>;
  readonly rate_limits: RateLimits | undefined;
  readonly settings: Settings;
  readonly in_flight: InFlight;
  readonly bodies: BodyReader;
  /** Of answers. */
  readonly deadlines: Deadlines;
  readonly cursors: Cursors;
  readonly idempotency: Idempotency;
}

/** A request that a route was found for. */
export interface RoutedRequest {
  readonly request: Request;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What the server says of the connection. */
  readonly connection: unknown;
  readonly exchange: Exchange;
}

/** Serves one route. */
export class RouteServer {
  readonly #query: QueryReader<Route["query"]>;
  readonly #hasParams: boolean;

  constructor(readonly route: Route, readonly services: Services) {
    this.#query = new QueryReader(route.query);
    this.#hasParams = Object.keys(route.params.shape).length > 0;
  }

  /** Answers a request. Fails as the operation and every step before it does. */
  async answer(routed: RoutedRequest): Promise<Reply> {
    const { request, exchange } = routed;
    exchange.route = this.route.path;
    exchange.statuses = this.route.statuses;
    const asking = new RoutedAsking(routed, this.services.settings);
    exchange.findAddress = () => asking.address;
    // A stream is told of at its end, when its client may have gone.
    if (this.route.body.as === "stream") asking.rememberAddress();
    const stay = this.services.in_flight.enter();
    let work: Promise<Reply>;
    try {
      const principal = await this.#authenticate(asking);
      exchange.principal = principal;
      if (!this.route.is_public) this.services.in_flight.enterOrganization(stay, principal.organization_id);
      ({ work } = await this.#begin(asking, principal));
    } catch (error) {
      stay.leave();
      throw error;
    }
    // A request is in flight until its work is done and its answer sent, also when nobody waits for it any more.
    const hold = request.method === "HEAD" ? dropBody : holdUntilSent;
    const held = work.then((reply) => hold(reply, stay), (error) => {
      stay.leave();
      throw error;
    });
    if (this.route.body.as === "stream") return await held;
    return await this.services.deadlines.limit(held);
  }

  async #authenticate(asking: Asking): Promise<Principal> {
    if (!this.route.is_public) return await identify(asking, this.services);
    await takeOfAddress(asking, this.services.rate_limits);
    return ANONYMOUS;
  }

  /** Reads the whole request and begins its work; what is given is not awaited here. */
  async #begin(asking: RoutedAsking, principal: Principal): Promise<{ readonly work: Promise<Reply> }> {
    const { request, params: named } = asking.routed;
    const { route, services } = this;
    const { permission } = route.operation;
    if (permission !== null) requirePermission(principal, permission);
    const query = this.#query.read(request.url);
    if (!route.is_public) await requireOwn(principal, query, services.environment);
    const params = this.#hasParams ? validate(route.params, named, "/path") : {};
    const { body, bytes } = await this.#readBody(request);
    if (!route.is_public && route.body.as === "json") await requireOwn(principal, body, services.environment);
    const given = new GivenRequest(asking, { params, query, body, principal, services });
    const isKept = route.takes_idempotency_key && request.headers.has("idempotency-key");
    const work = isKept
      ? services.idempotency.run({ route, request: given, bytes, url: request.url }, services.environment)
      : route.run(services.environment, given);
    return { work };
  }

  async #readBody(request: Request): Promise<{ readonly body: unknown; readonly bytes: Uint8Array }> {
    const { body } = this.route;
    if (body.as === "none") return { body: undefined, bytes: NOTHING };
    readMediaType(request.headers, body.content_types);
    if (body.as === "stream") return { body: this.services.bodies.readStream(request), bytes: NOTHING };
    const bytes = await this.services.bodies.readWhole(request, this.#limitOf(body.limit));
    if (body.as === "bytes") return { body: bytes, bytes };
    return { body: validate(body.schema, parseJsonBody(bytes), ""), bytes };
  }

  #limitOf(limit: BodyLimit): number {
    if (limit === "batch") return this.services.settings.batch_bytes;
    return limit === "login" ? LIMITS.login_bytes : LIMITS.request_bytes;
  }
}

/** Of HEAD nobody takes the body: what it would be read from is let go. */
async function dropBody(reply: Reply, stay: Stay): Promise<Reply> {
  stay.leave();
  const { body } = reply;
  if (!(body instanceof Written) || typeof body.content === "string") return reply;
  await body.content.cancel();
  return { ...reply, body: new Written(body.content_type, "") };
}

/** Who asks, by a request that a route was found for. */
class RoutedAsking implements Asking {
  readonly routed: RoutedRequest;
  readonly #settings: Settings;
  #address: string | undefined;

  constructor(routed: RoutedRequest, settings: Settings) {
    this.routed = routed;
    this.#settings = settings;
  }

  get headers(): Headers {
    return this.routed.request.headers;
  }

  get exchange(): Exchange {
    return this.routed.exchange;
  }

  /** Looked for only when somebody asks: what a server says of a connection it works out each time. */
  get address(): string | undefined {
    this.rememberAddress();
    return this.#address;
  }

  /** Looks for the address now, so that it is known also when the client has gone. */
  rememberAddress(): void {
    const { trusted_proxies } = this.#settings;
    this.#address ??= findAddress(this.headers, { connection: this.routed.connection, trusted_proxies });
  }
}

/** A request that was read, as routes are given it. */
class GivenRequest implements RouteRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly principal: Principal;
  readonly #asking: RoutedAsking;
  readonly #services: Services;

  constructor(
    asking: RoutedAsking,
    { params, query, body, principal, services }:
      & Pick<RouteRequest, "params" | "query" | "body" | "principal">
      & { readonly services: Services },
  ) {
    this.params = params;
    this.query = query;
    this.body = body;
    this.principal = principal;
    this.#asking = asking;
    this.#services = services;
  }

  get headers(): Headers {
    return this.#asking.headers;
  }

  get is_head(): boolean {
    return this.#asking.routed.request.method === "HEAD";
  }

  get url(): string {
    return this.#asking.routed.request.url;
  }

  get request_id(): string {
    return this.#asking.exchange.request_id;
  }

  get address(): string | undefined {
    return this.#asking.address;
  }

  get cursors(): Cursors {
    return this.#services.cursors;
  }

  get signal(): AbortSignal {
    return this.#asking.routed.request.signal;
  }

  get charge(): (cost: number) => Promise<void> {
    return async (cost) => {
      const { rate_limits } = this.#services;
      if (rate_limits === undefined || cost <= 0) return;
      const { exchange } = this.#asking;
      exchange.rate = await rate_limits.organizations.consume(this.principal.organization_id, cost);
      requireAllowed(exchange.rate);
    };
  }
}

/** A stream is sent when it has ended, or when nobody reads it any more. */
function holdUntilSent(reply: Reply, stay: Stay): Reply {
  const { body } = reply;
  if (!(body instanceof Written) || typeof body.content === "string") {
    stay.leave();
    return reply;
  }
  return { ...reply, body: new Written(body.content_type, tellEnd(body.content, () => stay.leave())) };
}

/** The same stream; `onEnd` is told once, when it has ended, or nobody reads it any more. */
export function tellEnd(stream: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let isTold = false;
  // Whoever cancels while a piece is awaited ends that one too.
  const tell = () => {
    if (isTold) return;
    isTold = true;
    onEnd();
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        tell();
        controller.close();
      } catch (error) {
        tell();
        throw error;
      }
    },
    async cancel(reason) {
      tell();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

/**
 * No route has to think of it: another organization is refused before any operation hears of it, and so is one that is
 * not there, which only a super admin may name.
 */
async function requireOwn(principal: Principal, given: unknown, { database }: Environment): Promise<void> {
  if (typeof given !== "object" || given === null || !("organization_id" in given)) return;
  const { organization_id } = given;
  if (typeof organization_id !== "string" || organization_id === principal.organization_id) return;
  chooseOrganization(principal, { organization_id });
  if (await findOrganization(database, organization_id) !== undefined) return;
  throw new CostopsError("not_found", `Cannot find the organization ${JSON.stringify(organization_id)}`);
}

const NOTHING = new Uint8Array();

/** What is said when an answer takes too long: what was begun goes on, so whether it was done is not known: the same request again, with the same ids, is safe. */
export function tookTooLong(): CostopsError {
  return new CostopsError("temporary", "Cannot answer in time: whether it was done is not known; try again", {
    retry_after_s: 5,
  });
}
