/**
 * Configuration: one table of keys, and each value with where it came from. Flag > environment > file > default.
 */

import { join } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import { CostopsError } from "../core/error.ts";

/** One key of the configuration. */
export interface ConfigKey {
  readonly name: string;
  /** The flag's name without dashes. */
  readonly flag: string;
  readonly variable: string;
  /** Table and key of the TOML file. */
  readonly toml: readonly [string, string];
  readonly help: string;
  /** Made from the process's environment variables; no secret is ever a default. */
  readonly makeDefault: (variables: Variables) => string;
}

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** Every key there is. */
export const CONFIG_KEYS = [
  {
    name: "database_url",
    flag: "database",
    variable: "DATABASE_URL",
    toml: ["database", "url"],
    help: "where records are kept: a path, or sqlite:PATH",
    makeDefault: (variables) => `sqlite:${join(dataFolder(variables), "costops.db")}`,
  },
  {
    name: "organization",
    flag: "org",
    variable: "COSTOPS_ORG",
    toml: ["defaults", "organization"],
    help: "the organization that commands work in",
    makeDefault: () => "default",
  },
  {
    name: "tz",
    flag: "tz",
    variable: "COSTOPS_TZ",
    toml: ["defaults", "tz"],
    help: "the IANA time zone that days are counted in",
    makeDefault: () => "UTC",
  },
] as const satisfies readonly ConfigKey[];

/** The name of a key. */
export type ConfigName = (typeof CONFIG_KEYS)[number]["name"];

/** One value and where it came from: `flag --org`, `environment DATABASE_URL`, `file PATH`, `default`. */
export interface ConfigValue {
  readonly value: string;
  readonly origin: string;
}

/** Every value with its origin. */
export type Config = { readonly [Name in ConfigName]: ConfigValue };

/** What configuration is read from. */
export interface ConfigSources {
  /** Flags that were given, by flag name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly variables: Variables;
  /** The file named by `--config`. */
  readonly file?: string;
}

/** Reads the configuration. Fails with `usage` on a missing named file, a bad file, an unknown key or a wrong type. */
export function loadConfig(sources: ConfigSources): Config {
  const file = findFile(sources);
  const values = file === undefined ? new Map<string, string>() : readFile(file);
  const entries = CONFIG_KEYS.map((key) => [key.name, findValue(key, { sources, file, values })]);
  return Object.fromEntries(entries) as Config;
}

function findValue(
  key: ConfigKey,
  { sources, file, values }: { sources: ConfigSources; file?: string; values: ReadonlyMap<string, string> },
): ConfigValue {
  const flag = sources.flags[key.flag];
  if (flag !== undefined) return { value: flag, origin: `flag --${key.flag}` };
  const variable = sources.variables[key.variable];
  if (variable !== undefined && variable !== "") return { value: variable, origin: `environment ${key.variable}` };
  const value = values.get(key.toml.join("."));
  if (value !== undefined) return { value, origin: `file ${file}` };
  return { value: key.makeDefault(sources.variables), origin: "default" };
}

function findFile({ file, variables }: ConfigSources): string | undefined {
  if (file !== undefined) return file;
  return ["costops.toml", join(configFolder(variables), "config.toml")].find(exists);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function readFile(path: string): Map<string, string> {
  const text = readText(path);
  const values = new Map<string, string>();
  for (const [table, keys] of Object.entries(parseFile(text, path))) {
    if (typeof keys !== "object" || keys === null) throw unknownKey(text, { path, name: table });
    for (const [name, value] of Object.entries(keys)) {
      const known = CONFIG_KEYS.some(({ toml }) => toml[0] === table && toml[1] === name);
      if (!known) throw unknownKey(text, { path, name, table });
      if (typeof value !== "string") {
        throw new CostopsError("usage", `Cannot take ${table}.${name} in ${path}: write it as text in quotes`);
      }
      values.set(`${table}.${name}`, value);
    }
  }
  return values;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CostopsError("usage", `Cannot read the configuration file "${path}": ${reason}`, { cause });
  }
}

function parseFile(text: string, path: string): Record<string, unknown> {
  try {
    return parseToml(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split("\n")[0];
    throw new CostopsError("usage", `Cannot read ${path}, line ${cause.line}: ${reason}`, { cause });
  }
}

function unknownKey(text: string, at: { path: string; name: string; table?: string }): CostopsError {
  const line = text.split("\n").findIndex((row) => row.replace(/[["'\s]/g, "").startsWith(at.name)) + 1;
  const allowed = CONFIG_KEYS.map(({ toml }) => `[${toml[0]}] ${toml[1]}`).join(", ");
  const name = at.table === undefined ? at.name : `[${at.table}] ${at.name}`;
  return new CostopsError("usage", `Cannot use ${name} in ${at.path}, line ${line}: the keys are ${allowed}`);
}

function dataFolder(variables: Variables): string {
  return join(variables.XDG_DATA_HOME || join(homeFolder(variables), ".local", "share"), "costops");
}

function configFolder(variables: Variables): string {
  return join(variables.XDG_CONFIG_HOME || join(homeFolder(variables), ".config"), "costops");
}

function homeFolder(variables: Variables): string {
  return variables.HOME || variables.USERPROFILE || ".";
}
