/**
 * Beginning, renewing and ending sessions of a server.
 */

import type { SessionTokens } from "../../server/operations/auth.ts";
import type { toWireTokens } from "../../server/wire/accounts.ts";
import { Client } from "./client.ts";
import type { Credentials, Refresh } from "./credentials.ts";

/** Shows nothing: what is asked needs no credential. */
const NOBODY: Credentials = {
  read: () => Promise.resolve({}),
  renew: () => Promise.resolve(undefined),
  explain: (message) => message,
};

/** Logs in. Fails with `unauthenticated`, and with `rate_limited` after too many failures. */
export async function logInAt(
  server: string,
  body: { readonly username: string; readonly password: string },
): Promise<SessionTokens> {
  const { json } = await new Client(server, NOBODY).send({ method: "post", path: "/auth/login", body });
  return readTokens(json);
}

/** How tokens of a server are renewed. */
export function refreshAt(server: string): Refresh {
  return async (refresh_token) => {
    const body = { refresh_token };
    const { json } = await new Client(server, NOBODY).send({ method: "post", path: "/auth/refresh", body });
    return readTokens(json);
  };
}

function readTokens({ access_token, refresh_token, expires_in }: ReturnType<typeof toWireTokens>): SessionTokens {
  return { access_token, refresh_token, expires_in_s: expires_in };
}
