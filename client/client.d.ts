/**
 * The types of a client of costops' REST API: every path, its parameters, its body, its answers and its problems.
 */

import type { Client } from "openapi-fetch";
import type { components, operations, paths } from "./openapi.d.ts";

export type { components, operations, paths };

/** What an answer holds that says no (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** Whom a client asks, and as whom. */
export interface ClientOptions {
  /** `https://costs.example.com`, without `/api/v1`. */
  readonly server: string;
  readonly api_key?: string;
  /** From `POST /auth/login`; valid for an hour unless the server says otherwise. */
  readonly access_token?: string;
  /** Sends requests instead of the runtime's own. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Asks a server: `client.GET("/costs/{id}", …)` gives `{ data }` or `{ error }`, and `response`. */
export type CostopsClient = Client<paths>;

/** Makes a client of a server, with an API key or an access token. Nothing is sent yet. */
export function createClient(options: ClientOptions): CostopsClient;
