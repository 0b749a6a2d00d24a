/**
 * Requests to a server: one at a time, with a credential, and again where that is safe and makes sense.
 */

import { CostopsError } from "../../core/error.ts";
import type { Binding, RemoteAnswer, RemoteRequest } from "./binding.ts";
import type { Credentials } from "./credentials.ts";
import { readProblem } from "./problem.ts";

const BASE_PATH = "/api/v1";

/** From the first byte of a request to the last of its answer; a server gives up on its own after half a minute. */
const ANSWER_MS = 120_000;

/** How often a request that may be sent again is sent, and how long is waited at most before the next time. */
const MOST_TRIES = 10;
const LONGEST_WAIT_S = 300;
const FIRST_WAIT_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** A request that did not get through, and whether it never reached the server at all. */
class Unanswered extends CostopsError {
  constructor(message: string, readonly is_unreached: boolean, cause: unknown) {
    super("temporary", message, { cause });
  }
}

/** Where a request goes and what it carries. */
export interface Sending extends RemoteRequest {
  readonly method: Binding<never, unknown>["method"];
  readonly path: string;
  /** Written already, in the place of `body`. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a server is waited for. */
export interface Waiting {
  /** Told why and for how long nothing happens. */
  readonly tellWait: (text: string) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A server. */
export class Client {
  #hasAnswered = false;

  constructor(readonly server: string, readonly credentials: Credentials) {}

  /** Sends a request once. Fails as the operation does there, and with `temporary` when there is no answer. */
  async send(sending: Sending): Promise<RemoteAnswer> {
    const answer = await this.#exchange(sending, await this.credentials.read());
    if (answer.status !== 401) return this.#accept(answer);
    const renewed = await this.credentials.renew();
    if (renewed === undefined) throw this.#unauthenticated(answer);
    const again = await this.#exchange(sending, renewed);
    if (again.status === 401) throw this.#unauthenticated(again);
    return this.#accept(again);
  }

  /**
   * Sends a request that may be sent twice until it is answered: a lost connection, 429 and 503 are waited for as the
   * server says, at most {@link MOST_TRIES} times in a row. A server that never was there is not waited for. Ends with
   * the last failure when `signal` is aborted.
   */
  async sendPatiently(sending: Sending, { tellWait, signal }: Waiting): Promise<RemoteAnswer> {
    for (let tries = 1;; tries++) {
      try {
        return await this.send(sending);
      } catch (error) {
        const wait_ms = this.#findWait(error, tries);
        if (wait_ms === undefined || signal?.aborted) throw error;
        const { message } = error as CostopsError;
        // Nobody can tell then whether this try or the one before stored it.
        const isUnsure = error instanceof Unanswered && !error.is_unreached;
        const again = `trying again in ${Math.ceil(wait_ms / 1000)} s (${tries} of ${MOST_TRIES - 1})`;
        tellWait(`${message}; ${again}${isUnsure ? "; what got through already counts as duplicate then" : ""}`);
        await sleep(wait_ms, signal);
        if (signal?.aborted) throw error;
      }
    }
  }

  /** How long to wait before the next try; undefined when there is to be none. */
  #findWait(error: unknown, tries: number): number | undefined {
    if (!(error instanceof CostopsError) || tries === MOST_TRIES) return undefined;
    if (!["rate_limited", "temporary", "too_slow"].includes(error.kind)) return undefined;
    if (error instanceof Unanswered && error.is_unreached && !this.#hasAnswered) return undefined;
    const { retry_after_s } = error;
    if (retry_after_s !== undefined) return retry_after_s > LONGEST_WAIT_S ? undefined : retry_after_s * 1000;
    return Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_BACKOFF_MS);
  }

  /** Sends a request whose answer is a file, which is read as it is taken. Fails as {@link send} does. */
  async open(sending: Sending): Promise<Response> {
    let response = await this.#fetch(sending, await this.credentials.read());
    if (response.status === 401) {
      const renewed = await this.credentials.renew();
      const text = await response.text();
      if (renewed === undefined) throw this.#unauthenticated({ status: 401, headers: response.headers, text });
      response = await this.#fetch(sending, renewed);
    }
    if (response.ok) return response;
    const { status, headers } = response;
    const text = await response.text();
    if (status === 401) throw this.#unauthenticated({ status, headers, text });
    this.#accept({ status, headers, text });
    throw new CostopsError("failure", `Cannot read the answer of ${this.server}: it is no file`);
  }

  async #exchange(sending: Sending, credential: Readonly<Record<string, string>>): Promise<Answered> {
    const response = await this.#fetch(sending, credential, AbortSignal.timeout(ANSWER_MS));
    try {
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      throw explainSilence(error, this.server);
    }
  }

  /** Without a signal only the answer's beginning has its time: a file takes as long as it takes. */
  async #fetch(
    sending: Sending,
    credential: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { method, json, body } = sending;
    const content = json ?? (body === undefined ? undefined : JSON.stringify(body));
    const beginning = new AbortController();
    const timer = setTimeout(() => beginning.abort(new DOMException("it took too long", "TimeoutError")), ANSWER_MS);
    try {
      const response = await fetch(writeUrl(this.server, sending), {
        method: method.toUpperCase(),
        headers: {
          ...credential,
          accept: "application/json, application/problem+json",
          ...(content === undefined ? {} : { "content-type": "application/json" }),
          ...sending.headers,
        },
        body: content,
        // A credential is for the server that was named, not for one that it points at.
        redirect: "manual",
        signal: signal ?? beginning.signal,
      });
      this.#hasAnswered = true;
      return response;
    } catch (error) {
      throw explainSilence(error, this.server);
    } finally {
      clearTimeout(timer);
    }
  }

  #accept({ status, headers, text }: Answered): RemoteAnswer {
    if (status >= 300 && status < 400) {
      const target = JSON.stringify(headers.get("location") ?? "");
      throw new CostopsError("failure", `Cannot use the server ${this.server}: it points at ${target}; name that one`);
    }
    if (status >= 400) throw readProblem({ status, headers, text, server: this.server });
    if (status === 204) return { text, json: undefined };
    try {
      return { text, json: JSON.parse(text) };
    } catch (cause) {
      const message = `Cannot read the answer of ${this.server}: it is no JSON, so it is no costops server`;
      throw new CostopsError("failure", message, { cause });
    }
  }

  #unauthenticated(answer: Answered): CostopsError {
    const { kind, message } = readProblem({ ...answer, server: this.server });
    return new CostopsError(kind, this.credentials.explain(message));
  }
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

function writeUrl(server: string, { path, params = {}, query = {} }: Sending): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) { for (const item of value) search.append(name, item); }
    else if (value !== undefined) search.append(name, String(value));
  }
  const written = search.size === 0 ? "" : `?${search}`;
  return `${server.replace(/\/+$/, "")}${BASE_PATH}${filled}${written}`;
}

/** Why there is no answer, in our words. */
function explainSilence(error: unknown, server: string): unknown {
  if (!(error instanceof Error)) return error;
  const text = `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`;
  const say = (reason: string, is_unreached: boolean) =>
    new Unanswered(`Cannot reach the server ${server}: ${reason}`, is_unreached, error);
  if (error.name === "TimeoutError") return say(`there is no answer within ${ANSWER_MS / 1000} s`, false);
  if (!(error instanceof TypeError) && !isConnectionError(error)) return error;
  if (/connection refused/i.test(text)) {
    return say("the connection is refused; is it running, and is the port right?", true);
  }
  if (/dns|lookup|name or service|nodename/i.test(text)) return say("its name is not known", true);
  if (/certificate|tls|ssl|handshake|corrupt message/i.test(text)) return say(`TLS failed: ${quoteReason(text)}`, true);
  if (/unreachable|timed out/i.test(text)) return say("the network does not lead there", true);
  if (/\(Connect\)|blocked/.test(text)) return say("there is no way to connect to it", true);
  return say("the connection was lost", false);
}

/** What is wrong with a certificate is known to the library alone. */
function quoteReason(text: string): string {
  return (text.split(/\(Connect\):/).at(-1) ?? text).trim().slice(0, 200);
}

function isConnectionError(error: Error): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.Http || error instanceof Deno.errors.ConnectionRefused;
}

async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const timer = setTimeout(end, milliseconds);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  await promise;
  signal?.removeEventListener("abort", end);
  clearTimeout(timer);
}
