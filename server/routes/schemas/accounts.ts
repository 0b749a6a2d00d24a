/**
 * Accounts on the wire: users, API keys, sessions, the audit log.
 */

import { z } from "@hono/zod-openapi";
import { PERMISSIONS, type Role, ROLES } from "../../../core/access.ts";
import { LIMITS } from "../../../core/limits.ts";
import { CursorPagination } from "./pagination.ts";
import { Instant, OrganizationId, orNull } from "./values.ts";

/** A role. */
export const RoleName = z.enum(Object.keys(ROLES) as [Role, ...Role[]]).meta({ id: "Role" });

/** A permission. */
export const PermissionName = z.enum(PERMISSIONS).meta({ id: "Permission" });

const AccountName = z.string().min(1).max(LIMITS.id_characters);
const Email = z.string().min(3).max(LIMITS.email_characters);
const Roles = z.array(RoleName).min(1).max(Object.keys(ROLES).length);
const NewPassword = z.string().min(LIMITS.password_characters_least)
  // Characters are counted by code point where they are checked; here by UTF-16 unit.
  .max(2 * LIMITS.password_characters);
const Secret = z.string().min(1).max(LIMITS.token_characters);

/** Who wants in. */
export const LoginRequest = z.strictObject({
  username: Email.describe("The email."),
  password: z.string().max(2 * LIMITS.password_characters),
}).meta({ id: "LoginRequest" });

/** A refresh token to be used up. */
export const RefreshRequest = z.strictObject({ refresh_token: Secret }).meta({ id: "RefreshRequest" });

/** The first user. */
export const SetupRequest = z.strictObject({
  token: Secret.describe("Of the setup link that the server printed when it was first started."),
  email: Email,
  name: AccountName.optional(),
  password: NewPassword,
}).meta({ id: "SetupRequest" });

/** The tokens of a session. */
export const SessionTokens = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.int().min(1).describe("Seconds that the access token holds."),
  refresh_token: z.string().describe("Gives the next tokens, once; 7 days."),
}).meta({ id: "SessionTokens" });

/** A user. */
export const User = z.object({
  id: z.string(),
  organization_id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  roles: z.array(RoleName),
  is_disabled: z.boolean(),
  created_at: Instant,
}).meta({ id: "User" });

/** A new user. */
export const NewUser = z.strictObject({
  organization_id: OrganizationId.optional(),
  email: Email,
  name: AccountName.optional(),
  password: NewPassword,
  roles: Roles,
}).meta({ id: "NewUser" });

/** Roles in the place of those a user has. */
export const UserRoles = z.strictObject({ roles: Roles }).meta({ id: "UserRoles" });

/** Another password. */
export const UserPassword = z.strictObject({ password: NewPassword }).meta({ id: "UserPassword" });

/** Which user. */
export const UserParams = z.strictObject({
  id: z.string().min(1).max(LIMITS.email_characters).describe("The id, or the email."),
});

const API_KEY_FIELDS = {
  id: z.string().length(8),
  organization_id: z.string(),
  name: z.string(),
  scopes: z.array(PermissionName),
  created_by: z.string().nullable().describe("The user who made it; null is the operator of the database."),
  created_at: Instant,
  expires_at: orNull(Instant),
  revoked_at: orNull(Instant),
  last_used_at: orNull(Instant).describe("To the minute."),
};

/** An API key without the key. */
export const ApiKey = z.object(API_KEY_FIELDS).meta({ id: "ApiKey" });

/** An API key that was just made. */
export const CreatedApiKey = z.object({
  ...API_KEY_FIELDS,
  key: z.string().length(52).describe("The key. It is not shown again."),
}).meta({ id: "CreatedApiKey" });

/** A new API key. */
export const NewApiKey = z.strictObject({
  organization_id: OrganizationId.optional(),
  name: AccountName,
  scopes: z.array(PermissionName).min(1).max(PERMISSIONS.length).describe("Of the permissions that its maker holds."),
  expires_at: z.iso.datetime({ offset: true }).optional().describe("When it ends; never when it is not given."),
}).meta({ id: "NewApiKey" });

/** Which API key. */
export const ApiKeyParams = z.strictObject({ id: z.string().min(1).max(LIMITS.id_characters) });

/** Who one is. */
export const Me = z.object({
  actor: z.string().describe("As the audit log names it."),
  organization_id: z.string(),
  is_super_admin: z.boolean(),
  permissions: z.array(PermissionName),
  user: orNull(User),
  api_key: orNull(ApiKey),
}).meta({ id: "Me" });

/** An entry of the audit log. */
export const AuditEntry = z.object({
  number: z.int().min(1),
  organization_id: z.string().nullable().describe("Null is the installation."),
  at: Instant,
  actor: z.string(),
  action: z.string(),
  detail: z.record(z.string(), z.unknown()),
}).meta({ id: "AuditEntry" });

/** An organization. */
export const Organization = z.object({
  id: z.string(),
  name: z.string(),
  created_at: orNull(Instant).describe("Null is the one that comes with the database."),
}).meta({ id: "Organization" });

/** A new organization. */
export const NewOrganization = z.strictObject({
  name: z.string().min(1).max(LIMITS.text_characters),
  id: z.string().min(1).max(LIMITS.id_characters).optional().describe("The name, where that is a valid id."),
}).meta({ id: "NewOrganization" });

const CURSOR_FIELDS = {
  limit: z.int().min(1).max(LIMITS.page).default(LIMITS.page_default),
  cursor: z.string().min(1).max(LIMITS.text_characters).optional().describe("next_cursor of the page before."),
};

/** A page of what belongs to an organization. */
export const AccountListQuery = z.strictObject({ organization_id: OrganizationId.optional(), ...CURSOR_FIELDS });

/** A page of organizations. */
export const OrganizationListQuery = z.strictObject(CURSOR_FIELDS);

/** A list that goes on by cursor. */
export function accountListOf(schema: z.ZodType) {
  return z.object({ data: z.array(schema), pagination: CursorPagination });
}
