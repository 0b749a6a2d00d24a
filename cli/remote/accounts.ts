/**
 * Organizations, users and keys of a server.
 */

import type { ApiKey } from "../../db/api_keys.ts";
import type { Organization } from "../../db/organizations.ts";
import type { User } from "../../db/users.ts";
import type { ApiKeyListInput, NewApiKeyAnswer, NewApiKeyInput } from "../../server/operations/api_keys.ts";
import type { Me } from "../../server/operations/auth.ts";
import type { NewOrganization } from "../../server/operations/organizations.ts";
import type { NewUserInput, Page, UserInput, UserListInput } from "../../server/operations/users.ts";
import type { toWireApiKey, toWireUser } from "../../server/wire/accounts.ts";
import type { toWireOrganization } from "../../server/wire/organizations.ts";
import type { AnyBinding, Binding } from "./binding.ts";

const readOrganizations: Binding<void, Organization[]> = {
  method: "get",
  path: "/admin/organizations",
  is_paged: true,
  toRequest: () => ({}),
  fromAnswer: ({ json }) => json.data.map(readOrganization),
};

const addOrganization: Binding<NewOrganization, Organization> = {
  method: "post",
  path: "/admin/organizations",
  toRequest: ({ name, id }) => ({ body: { name, id } }),
  fromAnswer: ({ json }) => readOrganization(json),
};

const listUsers: Binding<UserListInput, Page<User>> = {
  method: "get",
  path: "/admin/users",
  is_paged: true,
  toRequest: ({ organization_id }) => ({ query: { organization_id } }),
  fromAnswer: ({ json }) => ({ data: json.data.map(readUser), has_more: false }),
};

const createUser: Binding<NewUserInput, User> = {
  method: "post",
  path: "/admin/users",
  toRequest: (body) => ({ body }),
  fromAnswer: ({ json }) => readUser(json),
};

const ofUser = {
  toRequest: ({ user: id, organization_id, ...body }: UserInput) => ({
    params: { id },
    query: { organization_id },
    ...(Object.keys(body).length === 0 ? {} : { body }),
  }),
  fromAnswer: ({ json }: { readonly json: ReturnType<typeof toWireUser> }) => readUser(json),
};

const setUserRoles: Binding<UserInput & { readonly roles: readonly string[] }, User> = {
  ...ofUser,
  method: "put",
  path: "/admin/users/{id}/roles",
};

const setUserPassword: Binding<UserInput & { readonly password: string }, User> = {
  ...ofUser,
  method: "put",
  path: "/admin/users/{id}/password",
};

const disableUser: Binding<UserInput, User> = { ...ofUser, method: "post", path: "/admin/users/{id}/disable" };

const enableUser: Binding<UserInput, User> = { ...ofUser, method: "post", path: "/admin/users/{id}/enable" };

const listApiKeys: Binding<ApiKeyListInput, Page<ApiKey>> = {
  method: "get",
  path: "/auth/api-keys",
  is_paged: true,
  toRequest: ({ organization_id }) => ({ query: { organization_id } }),
  fromAnswer: ({ json }) => ({ data: json.data.map(readApiKey), has_more: false }),
};

const createApiKey: Binding<NewApiKeyInput, NewApiKeyAnswer> = {
  method: "post",
  path: "/auth/api-keys",
  toRequest: ({ expires_at, ...body }) => ({
    body: { ...body, ...(expires_at === undefined ? {} : { expires_at: new Date(expires_at).toISOString() }) },
  }),
  fromAnswer: ({ json: { key, ...made } }) => ({ ...readApiKey(made), key }),
};

const revokeApiKey: Binding<{ readonly organization_id?: string; readonly id: string }, void> = {
  method: "delete",
  path: "/auth/api-keys/{id}",
  toRequest: ({ id, ...query }) => ({ params: { id }, query }),
  fromAnswer: () => undefined,
};

const logout: Binding<void, void> = {
  method: "post",
  path: "/auth/logout",
  toRequest: () => ({}),
  fromAnswer: () => undefined,
};

const whoAmI: Binding<void, Me> = {
  method: "get",
  path: "/auth/me",
  toRequest: () => ({}),
  fromAnswer: ({ json: { user, api_key, ...rest } }) => ({
    ...rest,
    user: user === null ? null : readUser(user),
    key: api_key === null ? null : readApiKey(api_key),
  }),
};

/** The organization that comes with a database has no time of its own. */
function readOrganization({ created_at, ...organization }: ReturnType<typeof toWireOrganization>): Organization {
  return { ...organization, created_at: created_at === null ? 0 : Date.parse(created_at) };
}

function readUser({ created_at, ...user }: ReturnType<typeof toWireUser>): User {
  return { ...user, created_at: Date.parse(created_at) };
}

function readApiKey({ created_at, expires_at, revoked_at, last_used_at, ...key }: ReturnType<typeof toWireApiKey>) {
  const readOrNull = (time: string | null) => time === null ? null : Date.parse(time);
  return {
    ...key,
    created_at: Date.parse(created_at),
    expires_at: readOrNull(expires_at),
    revoked_at: readOrNull(revoked_at),
    last_used_at: readOrNull(last_used_at),
  };
}

/** Bindings of accounts, by operation. */
export const ACCOUNT_BINDINGS: Readonly<Record<string, AnyBinding>> = {
  readOrganizations,
  addOrganization,
  listUsers,
  createUser,
  setUserRoles,
  setUserPassword,
  disableUser,
  enableUser,
  listApiKeys,
  createApiKey,
  revokeApiKey,
  logout,
  whoAmI,
};
