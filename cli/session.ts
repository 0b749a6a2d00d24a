/**
 * What a command works with: its configuration, the open database, and the operator it acts for.
 */

import { type Principal, ROLES } from "../core/access.ts";
import { CostopsError } from "../core/error.ts";
import { type Database, findDatabasePath, openDatabase } from "../db/database.ts";
import { findOrganization } from "../db/organizations.ts";
import { createEnvironment, type Environment } from "../server/environment.ts";
import { type Operation, perform } from "../server/operations/operation.ts";
import { type Config, loadConfig } from "../server/config.ts";
import { findConfigFlags } from "./config_flags.ts";
import type { CommonOptions } from "./options.ts";
import { keepDatabase, type KeptFile, look } from "./write_target.ts";

/** Where a command's operations are performed: on an open database, or on a server. */
export interface Session {
  readonly config: Config;
  /** The database, undefined on a server. */
  readonly local: Local | undefined;
  /** Performs an operation. Fails as it does, with the same error on both. */
  perform<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output>;
  /** Tells from now on when, and why, a server is waited for, which ends when the signal is aborted. */
  onWait(tell: (text: string) => void, signal: AbortSignal): void;
}

/** An open database with everything a handler needs, and who works on it. */
export interface Local {
  readonly environment: Environment;
  readonly principal: Principal;
}

/** A session on a database. */
export interface LocalSession extends Session {
  readonly local: Local;
}

/** Whether a session is on a database. */
export function isLocal(session: Session): session is LocalSession {
  return session.local !== undefined;
}

/** Reads the configuration for a command's flags; the server's own variables are read only for the server. */
export function readConfig(
  options: CommonOptions & { readonly tz?: string },
  { isForServer = false }: { readonly isForServer?: boolean } = {},
): Config {
  return loadConfig({
    flags: findConfigFlags(options),
    variables: Deno.env.toObject(),
    file: options.config,
    isForServer,
  });
}

/** The files that a command must not write over: its database and its configuration. */
export function keptFiles(options: CommonOptions & { readonly tz?: string }): KeptFile[] {
  const path = findDatabasePath(readConfig(options).database_url.value);
  const files = path === undefined ? [] : keepDatabase(path);
  return options.config === undefined ? files : [...files, { path: options.config, what: "the configuration" }];
}

/**
 * Opens what a command works on, a server or the database, and closes it when the command has ended. A database that is
 * not there is made, unless the command only reads: then it fails with `not_found`, since its name is probably mistyped.
 */
export async function withSession<Result>(
  options: CommonOptions & { readonly tz?: string },
  work: (session: Session) => Promise<Result>,
  { isReading = false }: { readonly isReading?: boolean } = {},
): Promise<Result> {
  const config = readConfig(options);
  const server = findServer(config);
  if (server === undefined) return await onDatabase(config, work, { isReading });
  const { openRemoteSession } = await import("./remote/session.ts");
  return await work(openRemoteSession(server, config));
}

/** Opens the database for a command that works on nothing else, as {@link withSession} does. */
export function withLocalSession<Result>(
  options: CommonOptions & { readonly tz?: string },
  work: (session: LocalSession) => Promise<Result>,
  { isReading = false }: { readonly isReading?: boolean } = {},
): Promise<Result> {
  return onDatabase(readConfig(options), work, { isReading });
}

async function onDatabase<Result>(
  config: Config,
  work: (session: LocalSession) => Promise<Result>,
  { isReading }: { readonly isReading: boolean },
): Promise<Result> {
  const database = await openConfigured(config, { isReading });
  try {
    const environment = createEnvironment(database, {
      reports_folder: config.reports_folder.value,
      allows_loopback: config.alerts_allow_loopback.value,
    });
    const local = { environment, principal: await actAsOperator(environment, config) };
    return await work({
      config,
      local,
      perform: (operation, input) => perform(operation, local, input),
      onWait: () => {},
    });
  } finally {
    await database.close();
  }
}

/**
 * The server that commands work on, undefined when it is the database: a flag names either, else a server that is
 * configured wins over a database. Fails with `usage` when flags name both.
 */
export function findServer({ server, database_url }: Config): string | undefined {
  if (server.value === undefined) return undefined;
  const isFlag = ({ origin }: { readonly origin: string }) => origin.startsWith("flag ");
  if (!isFlag(database_url)) return server.value;
  if (!isFlag(server)) return undefined;
  throw new CostopsError("usage", "Cannot work on --database and on --server at once: name one of them");
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

/** Opens the database as an operator does. One that is only read fails with `not_found` when it is not there yet. */
export async function openConfigured(
  config: Config,
  { isReading }: { readonly isReading: boolean },
): Promise<Database> {
  if (isReading) requireDatabase(config);
  return await openDatabase(config.database_url.value, {
    must_exist: isReading,
    max_connections: config.database_max_connections.value,
    is_patient: true,
  });
}

/** Fails with `not_found` when the database's file is not there yet; a server is asked when it is opened. */
export function requireDatabase({ database_url }: Config): void {
  const path = findDatabasePath(database_url.value);
  if (path === undefined || look(path) !== undefined) return;
  throw new CostopsError(
    "not_found",
    `Cannot find the database "${path}" (${database_url.origin}): costops ingest and costops import make it`,
  );
}
