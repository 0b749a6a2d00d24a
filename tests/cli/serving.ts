/**
 * The real server for tests: `costops serve` as a child process on a free port of loopback.
 */

import { ROUTES } from "../../server/routes/routes.ts";
import { AnswerChecker } from "../server/api/validating.ts";
import type { Place } from "./program.ts";

/** What the real server answers is held to its document as well. */
const CHECKER = new AnswerChecker(ROUTES);

/** A server that runs. */
export interface Serving {
  readonly url: string;
  /** Where it says what it measures; undefined without metrics. */
  readonly metrics_url: string | undefined;
  readonly child: Deno.ChildProcess;
  /** Waits until it has said something on stderr that matches; fails when it ends without. */
  untilSaid(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its end: the exit code and all that it said on stderr. */
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null; readonly err: string }>;
  fetch(path: string, given?: Asking): Promise<Response>;
}

/** A request: a body that is no text goes as JSON. */
export interface Asking {
  readonly method?: string;
  /** An access token or an API key. */
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Starts the server and waits until it is ready. */
export function startServing(place: Place, args: readonly string[] = []): Promise<Serving> {
  return watchServing(place.start(["serve", "--port=0", "--json", ...args]));
}

/** Waits until a server that was started with `--json` is ready. */
export async function watchServing(child: Deno.ChildProcess): Promise<Serving> {
  let err = "";
  let hasEnded = false;
  let more = Promise.withResolvers<void>();
  const listening = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      err += text;
      more.resolve();
      more = Promise.withResolvers();
    }
    hasEnded = true;
    more.resolve();
  })();
  const untilSaid = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(err);
      if (match !== null) return match;
      if (hasEnded) throw new Error(`the server ended without saying ${pattern}: ${err}`);
      await more.promise;
    }
  };
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let out = "";
  while (!out.includes("\n")) {
    const { done, value } = await lines.next();
    if (done === true) {
      await listening;
      throw new Error(`the server ended before it was ready: ${err}`);
    }
    out += value;
  }
  const { url, metrics_url } = JSON.parse(out) as Pick<Serving, "url" | "metrics_url">;
  const end = async () => {
    const rest = (async () => {
      while ((await lines.next()).done !== true);
    })();
    const [{ code, signal }] = await Promise.all([child.status, listening, rest]);
    return { code, signal, err };
  };
  return {
    url,
    metrics_url,
    child,
    untilSaid,
    ended: end(),
    fetch: async (path, { method, bearer, body, headers = {} } = {}) => {
      const request = new Request(`${url}${path}`, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return await CHECKER.check(request, await fetch(request));
    },
  };
}

/** Asks a server to stop and gives how it ended. */
export async function stopServing(serving: Serving, signal: Deno.Signal = "SIGTERM") {
  serving.child.kill(signal);
  return await serving.ended;
}

/** Makes an API key on the database, with what it may do. */
export async function makeKey(place: Place, scopes: readonly string[], args: readonly string[] = []): Promise<string> {
  const flags = scopes.flatMap((scope) => ["--scope", scope]);
  const { code, out, err } = await place.run(["admin", "key", "create", ...flags, ...args, "--json"]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out).key;
}

/** Flags of a server that says what is in flight. */
export const MEASURED = ["--enable-metrics", "true", "--metrics-port", "0"];

/** Waits until one request is in flight. */
export async function untilInFlight({ metrics_url }: Serving): Promise<void> {
  const isInFlight = async () => /^costops_http_requests_in_flight 1$/m.test(await (await fetch(metrics_url!)).text());
  while (!await isInFlight()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A body whose second half is sent when it is told. */
export function slowBody(text: string): { readonly body: ReadableStream<Uint8Array>; readonly send: () => void } {
  const bytes = new TextEncoder().encode(text);
  const half = Math.ceil(bytes.length / 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, half));
      await promise;
      controller.enqueue(bytes.subarray(half));
      controller.close();
    },
  });
  return { body, send: resolve };
}
