/**
 * Sessions and API keys over HTTP.
 */

import { CostopsError } from "../../core/error.ts";
import { isLoopback } from "../auth/address.ts";
import { addApiKey, dropApiKey, readApiKeys } from "../operations/api_keys.ts";
import { login, logout, refreshSession, whoAmI } from "../operations/auth.ts";
import { setUp } from "../operations/setup.ts";
import { toWireApiKey, toWireMe, toWireTokens, toWireUser } from "../wire/accounts.ts";
import { readPosition, writePage } from "./account_pages.ts";
import { jsonBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import {
  accountListOf,
  AccountListQuery,
  ApiKey,
  ApiKeyParams,
  CreatedApiKey,
  LoginRequest,
  Me,
  NewApiKey,
  RefreshRequest,
  SessionTokens,
  SetupRequest,
  User,
} from "./schemas/accounts.ts";
import { OrganizationQuery } from "./schemas/values.ts";

const tag = "Auth";

const logIn = defineRoute({
  method: "post",
  path: "/auth/login",
  summary: "Log in",
  description: "After 5 failures within 15 minutes the next try waits, longer each time, up to 5 minutes.",
  tag,
  body: jsonBody(LoginRequest, { limit: "login" }),
  replies: { 200: { description: "The tokens of a new session", schema: SessionTokens } },
  problems: [401],
  is_public: true,
  operation: login,
  read: ({ body, address }) => ({ ...body, address }),
  write: (output) => ({ status: 200, body: toWireTokens(output) }),
});

const refresh = defineRoute({
  method: "post",
  path: "/auth/refresh",
  summary: "Get new tokens",
  description:
    "A refresh token is used once. Again within 10 seconds it gives the same successor; later it ends its session.",
  tag,
  body: jsonBody(RefreshRequest, { limit: "login" }),
  replies: { 200: { description: "The next tokens of the session", schema: SessionTokens } },
  problems: [401],
  is_public: true,
  operation: refreshSession,
  read: ({ body }) => body,
  write: (output) => ({ status: 200, body: toWireTokens(output) }),
});

const logOut = defineRoute({
  method: "post",
  path: "/auth/logout",
  summary: "Log out",
  description: "Ends the session of the access token that is sent. An API key has none.",
  tag,
  replies: { 204: { description: "The session has ended" } },
  operation: logout,
  read: () => undefined,
  write: () => ({ status: 204 }),
});

const first = defineRoute({
  method: "post",
  path: "/auth/setup",
  summary: "Make the first user",
  description: "A super admin, with the setup link that the server printed. From the server's own machine only.",
  tag,
  body: jsonBody(SetupRequest, { limit: "login" }),
  replies: { 201: { description: "The user", schema: User } },
  problems: [401, 403],
  is_public: true,
  operation: setUp,
  read: ({ body, address }) => {
    if (address === undefined || !isLoopback(address)) {
      throw new CostopsError("forbidden", "Cannot set up from another machine: ask the server on its loopback address");
    }
    return body;
  },
  write: (output) => ({ status: 201, body: toWireUser(output) }),
});

const me = defineRoute({
  method: "get",
  path: "/auth/me",
  summary: "Who one is",
  tag,
  replies: { 200: { description: "The user or API key, and what it may do", schema: Me } },
  operation: whoAmI,
  read: () => undefined,
  write: (output) => ({ status: 200, body: toWireMe(output) }),
});

const listKeys = defineRoute({
  method: "get",
  path: "/auth/api-keys",
  summary: "List API keys",
  description: "One's own; with key:manage those of the organization. The oldest first.",
  tag,
  query: AccountListQuery,
  replies: { 200: { description: "A page of keys", schema: accountListOf(ApiKey).meta({ id: "ApiKeyList" }) } },
  problems: [403],
  operation: readApiKeys,
  read: (request) => {
    const { organization_id, limit } = request.query;
    const position = readPosition("api_keys", request);
    const after = position === undefined ? undefined : { created_at: Number(position[0]), id: String(position[1]) };
    return { organization_id, limit, after };
  },
  write: (page, request) =>
    writePage("api_keys", {
      ...page,
      positionOf: ({ created_at, id }) => [created_at, id],
      toWire: toWireApiKey,
    }, request),
});

const createKey = defineRoute({
  method: "post",
  path: "/auth/api-keys",
  summary: "Make an API key",
  description: "Its scopes are of the permissions of its maker, and hold as long as its maker has them.",
  tag,
  body: jsonBody(NewApiKey),
  replies: { 201: { description: "The key, which is not shown again", schema: CreatedApiKey } },
  problems: [403, 404, 409],
  takes_idempotency_key: true,
  operation: addApiKey,
  read: ({ body: { expires_at, ...body } }) => ({
    ...body,
    ...(expires_at === undefined ? {} : { expires_at: Date.parse(expires_at) }),
  }),
  write: ({ key, ...made }) => ({ status: 201, body: { ...toWireApiKey(made), key } }),
});

const revokeKey = defineRoute({
  method: "delete",
  path: "/auth/api-keys/{id}",
  summary: "Revoke an API key",
  description: "It holds no more at once; on other processes of the server within 5 seconds.",
  tag,
  params: ApiKeyParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is revoked" } },
  problems: [403, 404],
  operation: dropApiKey,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: () => ({ status: 204 }),
});

/** Routes of sessions and API keys. */
export const AUTH_ROUTES: readonly Route[] = [logIn, refresh, logOut, first, me, listKeys, createKey, revokeKey];
