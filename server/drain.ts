/**
 * The end of a server, request by request: those in flight are counted and answered, those that come later are sent away.
 */

import { CostopsError } from "../core/error.ts";
import { writeProblem } from "./http/problem.ts";
import { isWhole, respond } from "./http/respond.ts";
import { tellEnd } from "./http/route_server.ts";
import type { Answer } from "./listen/listener.ts";

/** Asked by whoever watches the server, to its very end. */
const PROBES = ["/live", "/ready", "/health"];

/** Counts the requests that are being answered. */
export class Drain {
  #inFlight = 0;
  #isEmpty: (() => void) | undefined;
  /** Every answer is the last of its connection. */
  isDraining = false;
  /** Nothing new is taken. */
  isClosed = false;

  /** Requests that are being answered. */
  get count(): number {
    return this.#inFlight;
  }

  /** The same answers, counted. */
  watch(answer: Answer): Answer {
    return async (request, connection) => {
      if (this.isClosed && !PROBES.includes(new URL(request.url).pathname)) return this.#sendAway();
      this.#inFlight++;
      let response: Response;
      try {
        response = await answer(request, connection);
      } catch (error) {
        this.#leave();
        throw error;
      }
      if (this.isDraining) response.headers.set("Connection", "close");
      // What has a length is whole, and with its server; the rest, files too, is sent when it has ended.
      if (isWhole(response)) {
        this.#leave();
        return response;
      }
      return new Response(tellEnd(response.body!, () => this.#leave()), response);
    };
  }

  /** Waits until nothing is in flight. */
  async empty(): Promise<void> {
    if (this.#inFlight === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isEmpty = resolve;
    await promise;
  }

  #leave(): void {
    if (--this.#inFlight === 0) this.#isEmpty?.();
  }

  #sendAway(): Response {
    const exchange = { request_id: crypto.randomUUID(), method: "", began: 0 };
    const error = new CostopsError("temporary", "Cannot take this request: the server is stopping; try again");
    const response = respond(writeProblem(error, exchange), exchange);
    response.headers.set("Connection", "close");
    return response;
  }
}
