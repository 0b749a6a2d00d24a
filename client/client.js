// @ts-self-types="./client.d.ts"
/**
 * A typed client of costops' REST API. JavaScript, so that Node and Deno run it as it stands; its types are beside it.
 */

import createFetchClient from "openapi-fetch";

/** Makes a client of a server, with an API key or an access token. */
export function createClient({ server, api_key, access_token, fetch }) {
  const headers = {};
  if (api_key !== undefined) headers["X-API-Key"] = api_key;
  if (access_token !== undefined) headers["Authorization"] = `Bearer ${access_token}`;
  const baseUrl = `${server.replace(/\/+$/, "")}/api/v1`;
  return createFetchClient({ baseUrl, headers, ...(fetch === undefined ? {} : { fetch }) });
}
