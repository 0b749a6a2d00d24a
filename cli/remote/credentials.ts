/**
 * What is shown to a server: an API key, else the login that is kept for it, renewed when it has ended.
 */

import { CostopsError } from "../../core/error.ts";
import type { SessionTokens } from "../../server/operations/auth.ts";
import { changeLogin, findLogin, type Login, serverKey } from "./login_store.ts";

/** What is shown to one server. */
export interface Credentials {
  /** The headers to send; none when there is no credential. */
  read(): Promise<Readonly<Record<string, string>>>;
  /** Headers in the place of those that were refused; undefined when there are no others. */
  renew(): Promise<Readonly<Record<string, string>> | undefined>;
  /** A refusal with what to do about it. */
  explain(message: string): string;
}

/** An access token that ends so soon is renewed before it is shown. */
const SOON_MS = 30_000;

/** Shows an API key. */
export function showKey(key: string, origin: string): Credentials {
  const headers = { "x-api-key": key };
  return {
    read: () => Promise.resolve(headers),
    renew: () => Promise.resolve(undefined),
    explain: () => `Cannot use the API key (${origin}): it is unknown, revoked or has ended on that server`,
  };
}

/** Gives new tokens for a refresh token. Fails with `unauthenticated` when its session has ended. */
export type Refresh = (refresh_token: string) => Promise<SessionTokens>;

/** Shows the login that is kept for a server. */
export function showLogin(server: string, refresh: Refresh): Credentials {
  let shown: string | undefined;
  const show = (login: Login | undefined): Readonly<Record<string, string>> => {
    shown = login?.access_token;
    return login === undefined ? {} : { authorization: `Bearer ${login.access_token}` };
  };
  return {
    async read() {
      const login = await findLogin(server);
      const isFresh = login === undefined || login.expires_at - Date.now() > SOON_MS;
      return show(isFresh ? login : await renewLogin(server, { refused: login.access_token, refresh }));
    },
    async renew() {
      if (shown === undefined) return undefined;
      const login = await renewLogin(server, { refused: shown, refresh });
      return login === undefined ? undefined : show(login);
    },
    explain: (message) =>
      shown === undefined
        ? `Cannot use the server ${server} without a credential: costops auth login --server ${serverKey(server)}, ` +
          "or an API key in COSTOPS_API_KEY"
        : `${message}; costops auth login --server ${serverKey(server)} begins another session`,
  };
}

/** A refresh token is used once, so one process at a time uses it; the next one finds what that one got. */
function renewLogin(
  server: string,
  { refused, refresh }: { readonly refused: string; readonly refresh: Refresh },
): Promise<Login | undefined> {
  return changeLogin(server, async (login) => {
    if (login === undefined || login.access_token !== refused) return login;
    try {
      return toLogin(login.email, await refresh(login.refresh_token));
    } catch (error) {
      // The session has ended; what is kept of it is worth nothing.
      if (error instanceof CostopsError && error.kind === "unauthenticated") return undefined;
      throw error;
    }
  });
}

/** Tokens as they are kept. */
export function toLogin(email: string, { access_token, refresh_token, expires_in_s }: SessionTokens): Login {
  return { email, access_token, refresh_token, expires_at: Date.now() + expires_in_s * 1000 };
}
