/**
 * Administration over HTTP: organizations, users, the audit log.
 */

import { readAudit } from "../operations/audit.ts";
import { addOrganization, readOrganizations } from "../operations/organizations.ts";
import {
  addUser,
  disableUser,
  enableUser,
  readUsers,
  removeUser,
  setUserPassword,
  setUserRoles,
} from "../operations/users.ts";
import { toWireAuditEntry, toWireUser } from "../wire/accounts.ts";
import { toWireOrganization } from "../wire/organizations.ts";
import { readPosition, writePage } from "./account_pages.ts";
import { jsonBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import {
  accountListOf,
  AccountListQuery,
  AuditEntry,
  NewOrganization,
  NewUser,
  Organization,
  OrganizationListQuery,
  User,
  UserParams,
  UserPassword,
  UserRoles,
} from "./schemas/accounts.ts";
import { OrganizationQuery } from "./schemas/values.ts";

const tag = "Administration";

const listOrganizations = defineRoute({
  method: "get",
  path: "/admin/organizations",
  summary: "List organizations",
  tag,
  query: OrganizationListQuery,
  replies: {
    200: {
      description: "A page of organizations, by id",
      schema: accountListOf(Organization).meta({ id: "OrganizationList" }),
    },
  },
  operation: readOrganizations,
  read: () => undefined,
  write: (organizations, request) => {
    const after = String(readPosition("organizations", request)?.[0] ?? "");
    const behind = organizations.filter(({ id }) => id > after);
    const { limit } = request.query;
    const page = { data: behind.slice(0, limit), has_more: behind.length > limit };
    return writePage("organizations", { ...page, positionOf: ({ id }) => [id], toWire: toWireOrganization }, request);
  },
});

const createOrganization = defineRoute({
  method: "post",
  path: "/admin/organizations",
  summary: "Make an organization",
  tag,
  body: jsonBody(NewOrganization),
  replies: { 201: { description: "The organization", schema: Organization } },
  problems: [409],
  takes_idempotency_key: true,
  operation: addOrganization,
  read: ({ body }) => body,
  write: (output) => ({ status: 201, body: toWireOrganization(output) }),
});

const listUsers = defineRoute({
  method: "get",
  path: "/admin/users",
  summary: "List users",
  description: "The users of the organization, disabled ones too; the oldest first.",
  tag,
  query: AccountListQuery,
  replies: { 200: { description: "A page of users", schema: accountListOf(User).meta({ id: "UserList" }) } },
  operation: readUsers,
  read: (request) => {
    const { organization_id, limit } = request.query;
    const position = readPosition("users", request);
    return { organization_id, limit, after: position === undefined ? undefined : String(position[0]) };
  },
  write: (page, request) => writePage("users", { ...page, positionOf: ({ id }) => [id], toWire: toWireUser }, request),
});

// A key's answer is kept beside a plain hash of the request, which must not be one of a password.
const createUser = defineRoute({
  method: "post",
  path: "/admin/users",
  summary: "Make a user",
  description: "One email is one user in one organization. Nobody gives a role that may do more than they.",
  tag,
  body: jsonBody(NewUser, { limit: "login" }),
  replies: { 201: { description: "The user", schema: User } },
  problems: [404, 409],
  operation: addUser,
  read: ({ body }) => body,
  write: (output) => ({ status: 201, body: toWireUser(output) }),
});

const setRoles = defineRoute({
  method: "put",
  path: "/admin/users/{id}/roles",
  summary: "Give a user other roles",
  description: "In the place of those it has. The last super admin keeps that role.",
  tag,
  params: UserParams,
  query: OrganizationQuery,
  body: jsonBody(UserRoles),
  replies: { 200: { description: "The user", schema: User } },
  problems: [404, 409],
  operation: setUserRoles,
  read: ({ params, query, body }) => ({ ...query, user: params.id, roles: body.roles }),
  write: (output) => ({ status: 200, body: toWireUser(output) }),
});

const setPassword = defineRoute({
  method: "put",
  path: "/admin/users/{id}/password",
  summary: "Set a user's password",
  description: "Ends every session of the user.",
  tag,
  params: UserParams,
  query: OrganizationQuery,
  body: jsonBody(UserPassword, { limit: "login" }),
  replies: { 200: { description: "The user", schema: User } },
  problems: [404],
  operation: setUserPassword,
  read: ({ params, query, body }) => ({ ...query, user: params.id, password: body.password }),
  write: (output) => ({ status: 200, body: toWireUser(output) }),
});

const enable = defineRoute({
  method: "post",
  path: "/admin/users/{id}/enable",
  summary: "Let a disabled user in again",
  tag,
  params: UserParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The user", schema: User } },
  problems: [404],
  operation: enableUser,
  read: ({ params, query }) => ({ ...query, user: params.id }),
  write: (output) => ({ status: 200, body: toWireUser(output) }),
});

const disable = defineRoute({
  method: "post",
  path: "/admin/users/{id}/disable",
  summary: "Keep a user out",
  description: "As DELETE does, and answers with the user.",
  tag,
  params: UserParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The user", schema: User } },
  problems: [404, 409],
  operation: disableUser,
  read: ({ params, query }) => ({ ...query, user: params.id }),
  write: (output) => ({ status: 200, body: toWireUser(output) }),
});

const remove = defineRoute({
  method: "delete",
  path: "/admin/users/{id}",
  summary: "Disable a user",
  description:
    "Its sessions end and the API keys it made are refused. The user stays in the list, since the audit log names it.",
  tag,
  params: UserParams,
  query: OrganizationQuery,
  replies: { 204: { description: "It is disabled" } },
  problems: [404, 409],
  operation: removeUser,
  read: ({ params, query }) => ({ ...query, user: params.id }),
  write: () => ({ status: 204 }),
});

const audit = defineRoute({
  method: "get",
  path: "/admin/audit",
  summary: "List the audit log",
  description: "Who did what, the newest first. A super admin sees every organization unless one is named.",
  tag,
  query: AccountListQuery,
  replies: { 200: { description: "A page of entries", schema: accountListOf(AuditEntry).meta({ id: "AuditList" }) } },
  operation: readAudit,
  read: (request) => {
    const { organization_id, limit } = request.query;
    const position = readPosition("audit", request);
    return { organization_id, limit, before: position === undefined ? undefined : Number(position[0]) };
  },
  write: (page, request) =>
    writePage("audit", { ...page, positionOf: ({ number }) => [number], toWire: toWireAuditEntry }, request),
});

/** Routes of administration. */
export const ADMIN_ROUTES: readonly Route[] = [
  listOrganizations,
  createOrganization,
  listUsers,
  createUser,
  setRoles,
  setPassword,
  enable,
  disable,
  remove,
  audit,
];
