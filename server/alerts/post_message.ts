/**
 * Sends one message to one receiver: to the address that was checked, without redirects, within a time and a size.
 */

import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { LIMITS } from "../../core/limits.ts";
import { CostopsError } from "../../core/error.ts";
import { findReceiver, type LookUp, type ReceiverAddress } from "./receiver_address.ts";

/** A message as it is sent. */
export interface OutgoingMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** What a receiver answered, or why there is no answer. */
export interface Receipt {
  readonly is_delivered: boolean;
  /** Whether sending it again is of no use. */
  readonly is_final: boolean;
  /** In a word: `200`, `timed out`. Nothing that the receiver wrote. */
  readonly outcome: string;
}

/** Sends messages; a signal breaks one off. */
export type PostMessage = (message: OutgoingMessage, signal?: AbortSignal) => Promise<Receipt>;

/** Who may be sent to, and how their addresses are found. */
export interface PostOptions {
  /** Whether receivers may be on this machine, by http too. */
  readonly allows_loopback: boolean;
  readonly lookUp?: LookUp;
  /** From the first look for an address to the last byte of the answer. */
  readonly milliseconds?: number;
}

/** Makes what sends messages. What goes wrong is said in the receipt and never thrown. */
export function createPost(
  { allows_loopback, lookUp = lookUpAll, milliseconds = LIMITS.webhook_ms }: PostOptions,
): PostMessage {
  return async (message, stopping) => {
    const signal = AbortSignal.any([AbortSignal.timeout(milliseconds), ...(stopping === undefined ? [] : [stopping])]);
    const url = new URL(message.url);
    try {
      signal.throwIfAborted();
      const receiver = await before(signal, findReceiver(url, { lookUp, allows_loopback }));
      const status = await send(message, { url, receiver, signal });
      // 410 is how a receiver says that it wants no more.
      return { is_delivered: status >= 200 && status < 300, is_final: status === 410, outcome: String(status) };
    } catch (error) {
      return { is_delivered: false, is_final: false, outcome: explain(error, signal) };
    }
  };
}

/** A proxy that the environment names would look the name up again, and may reach what we must not. */
const STRAIGHT: http.AgentOptions & { readonly proxyEnv: Readonly<Record<string, string>> } = {
  keepAlive: false,
  proxyEnv: {},
};

async function lookUpAll(hostname: string): Promise<ReceiverAddress[]> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** Waits for work no longer than a signal says. */
function before<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** The status of the answer. Its body is read to its end, or its bound, and forgotten. */
function send(
  { headers, body }: OutgoingMessage,
  { url, receiver, signal }: {
    readonly url: URL;
    readonly receiver: ReceiverAddress;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  // The name was looked up once, and what was found is connected to: another answer now would change nothing.
  const pinned = ((_hostname, options, done) => {
    const { address, family } = receiver;
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  }) as LookupFunction;
  const bytes = new TextEncoder().encode(body);
  const { Agent, request: ask } = url.protocol === "https:" ? https : http;
  const request = ask(url, {
    method: "POST",
    agent: new Agent(STRAIGHT),
    lookup: pinned,
    headers: { ...headers, "content-type": "application/json", "content-length": bytes.length },
  }, (response) => {
    let read = 0;
    const end = () => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    };
    response.on("data", (piece: Uint8Array) => {
      read += piece.length;
      if (read > LIMITS.webhook_answer_bytes) end();
    });
    response.on("end", end);
    response.on("error", reject);
  });
  const stop = () => request.destroy(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  request.on("error", reject);
  request.end(bytes);
  return before(signal, promise).finally(() => signal.removeEventListener("abort", stop));
}

function explain(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return signal.reason?.name === "TimeoutError" ? "timed out" : "broken off";
  if (error instanceof CostopsError) return error.message;
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === "string" ? `no connection: ${code}` : "no connection";
}
