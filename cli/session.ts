/**
 * What a command works with: its configuration, the open database, and the operator it acts for.
 */

import { type Principal, ROLES } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { openDatabase, readDatabasePath } from "../db/database.ts";
import { findOrganization } from "../db/organizations.ts";
import { createEnvironment, type Environment } from "../server/environment.ts";
import { type Config, loadConfig } from "../server/config.ts";
import type { CommonOptions } from "./options.ts";
import { keepDatabase, type KeptFile, look } from "./write_target.ts";

/** An open database with everything a handler needs. */
export interface Session {
  readonly environment: Environment;
  readonly principal: Principal;
  readonly config: Config;
}

/** Reads the configuration for a command's flags. */
export function readConfig(options: CommonOptions & { readonly tz?: string }): Config {
  const flags = { database: options.database, org: options.org, tz: options.tz };
  return loadConfig({ flags, variables: Deno.env.toObject(), file: options.config });
}

/** The files that a command must not write over: its database and its configuration. */
export function keptFiles(options: CommonOptions & { readonly tz?: string }): KeptFile[] {
  const files = keepDatabase(readDatabasePath(readConfig(options).database_url.value));
  return options.config === undefined ? files : [...files, { path: options.config, what: "the configuration" }];
}

/**
 * Opens the database for a command, and closes it when the command has ended. A database that is not there is made,
 * unless the command only reads: then it fails with `not_found`, since its name is probably mistyped.
 */
export async function withSession<Result>(
  options: CommonOptions & { readonly tz?: string },
  work: (session: Session) => Promise<Result>,
  { isReading = false }: { readonly isReading?: boolean } = {},
): Promise<Result> {
  const config = readConfig(options);
  if (isReading) requireDatabase(config);
  const database = await openDatabase(config.database_url.value);
  try {
    const environment = createEnvironment(database);
    return await work({ environment, config, principal: await actAsOperator(environment, config) });
  } finally {
    await database.close();
  }
}

/** Who has the database has everything in it: the operator is a super admin, in the organization that is named. */
async function actAsOperator({ database }: Environment, config: Config): Promise<Principal> {
  const { value: organization_id, origin } = config.organization;
  if (await findOrganization(database, organization_id) === undefined) {
    const name = JSON.stringify(organization_id);
    throw new CostopsError(
      "not_found",
      `Cannot find the organization ${name} (${origin}): create it with costops admin org create ${name}`,
    );
  }
  return { actor: operatorName(), organization_id, is_super_admin: true, permissions: new Set(ROLES.super_admin) };
}

/** Who the audit log names for what the CLI does. */
export function operatorName(): string {
  return `cli:${Deno.env.get("USER") ?? Deno.env.get("USERNAME") ?? "operator"}`;
}

/** Fails with `not_found` when there is no database yet. */
export function requireDatabase({ database_url }: Config): void {
  const path = readDatabasePath(database_url.value);
  if (look(path) !== undefined) return;
  throw new CostopsError(
    "not_found",
    `Cannot find the database "${path}" (${database_url.origin}): costops ingest and costops import make it`,
  );
}
