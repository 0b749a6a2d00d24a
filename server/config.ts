/**
 * Configuration: each value of the table with where it came from. Flag > environment > file > default.
 */

import { CostopsError } from "../core/error.ts";
import { type ConfigFile, readConfigFile } from "./config/file.ts";
import { CONFIG_KEYS, type ConfigKey, type Variables } from "./config/keys.ts";
import type { ValueKind } from "./config/kinds.ts";
import { readSecretFile } from "./config/secret_file.ts";

type Keys = (typeof CONFIG_KEYS)[number];

/** The name of a key. */
export type ConfigName = Keys["name"];

/** One value and where it came from: `flag --org`, `environment DATABASE_URL`, `file PATH`, `default`. */
export interface ConfigValue<Value = string> {
  readonly value: Value;
  readonly origin: string;
}

/** What a key's values are; undefined where it has no default. */
type ValueOf<Key extends Keys> =
  | (Key["kind"] extends ValueKind<infer Value> ? Value : never)
  | Extract<ReturnType<Key["makeDefault"]>, undefined>;

/** Every value with its origin. */
export type Config = { readonly [Key in Keys as Key["name"]]: ConfigValue<ValueOf<Key>> };

/** A value as people may see it: without secrets. */
export type ShownConfig = { readonly [Name in ConfigName]: ConfigValue<unknown> };

/** What configuration is read from. */
export interface ConfigSources {
  /** Flags that were given, by flag name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly variables: Variables;
  /** The file named by `--config`. */
  readonly file?: string;
  /**
   * Whether the server's own keys are read from the environment too. Other commands do not use them, and a wrong
   * LOG_LEVEL or JWT_SECRET that is meant for another program must not stop them. A file is checked whole by all.
   */
  readonly isForServer?: boolean;
}

/**
 * Reads the configuration. Fails with `usage` on a missing named file, a bad file, an unknown key or a value that is not
 * allowed, wherever it stands.
 */
export function loadConfig(sources: ConfigSources): Config {
  const file = readConfigFile(sources.file, sources.variables);
  const entries = CONFIG_KEYS.map((key) => [key.name, findValue(key, { sources, file })]);
  return Object.fromEntries(entries) as Config;
}

/** Every value as it may be shown: secrets and the passwords of addresses as `***`, what is not set as null. */
export function showConfig(config: Config): ShownConfig {
  const entries = CONFIG_KEYS.map(({ name, kind }) => {
    const { value, origin } = config[name];
    return [name, { value: typeof value === "string" ? kind.mask(value) : value ?? null, origin }];
  });
  return Object.fromEntries(entries) as ShownConfig;
}

function findValue(
  key: ConfigKey,
  { sources, file }: { readonly sources: ConfigSources; readonly file: ConfigFile | undefined },
): ConfigValue<unknown> {
  const given = findFlag(key, sources) ?? findVariable(key, sources);
  if (given !== undefined) return { value: readText(given, key), origin: given.origin };
  const value = file?.values.get(key.name);
  if (file !== undefined && value !== undefined) return { value, origin: `file ${file.path}` };
  return { value: key.makeDefault(sources.variables), origin: "default" };
}

/** A text and where it came from. */
type Given = ConfigValue<string>;

function findFlag({ flag, kind }: ConfigKey, { flags }: ConfigSources): Given | undefined {
  const value = flags[flag];
  if (value === undefined) return undefined;
  const origin = `flag --${flag}`;
  return { value: kind.is_secret ? readSecretFile(value, origin) : value, origin };
}

function findVariable({ variable, kind, is_of_server }: ConfigKey, sources: ConfigSources): Given | undefined {
  if (is_of_server && !sources.isForServer) return undefined;
  const value = sources.variables[variable] || undefined;
  const path = kind.is_secret ? sources.variables[`${variable}_FILE`] || undefined : undefined;
  if (value !== undefined && path !== undefined) {
    throw new CostopsError("usage", `Cannot take both ${variable} and ${variable}_FILE: set one of them`);
  }
  if (path !== undefined) {
    const origin = `environment ${variable}_FILE`;
    return { value: readSecretFile(path, origin), origin };
  }
  return value === undefined ? undefined : { value, origin: `environment ${variable}` };
}

function readText({ value, origin }: Given, { kind }: ConfigKey): unknown {
  const read = within(origin, () => kind.fromText(value));
  if (read !== undefined) return read;
  const shown = kind.is_secret ? "the value" : JSON.stringify(kind.mask(value));
  throw new CostopsError("usage", `Cannot take ${shown} (${origin}): write ${kind.wanted}`);
}

/** Who reads what is wrong with a variable is told which one it is; a flag is seen where it was typed. */
function within<Value>(origin: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CostopsError) || origin.startsWith("flag ")) throw error;
    throw new CostopsError(error.kind, `${error.message} (${origin})`);
  }
}
