/**
 * Flags of the configuration's table: declared on the command that takes them, and found among what was given.
 */

import { type Command, Option } from "@commander-js/extra-typings";
import { CONFIG_KEYS, type ConfigKey } from "../server/config/keys.ts";

const KEYS: readonly ConfigKey[] = CONFIG_KEYS;

/** Keys that a server's flags name, and other commands take from the variable or the file. */
const ALSO_OF_SERVER: readonly string[] = ["alerts_allow_loopback"];

/** Adds the flag of every key that only the server uses, in a group of their own below the command's. */
export function addServerFlags(command: Command): void {
  for (const key of KEYS.filter(({ is_of_server, name }) => is_of_server || ALSO_OF_SERVER.includes(name))) {
    command.addOption(declareFlag(key).helpGroup("Server options:"));
  }
}

/** Keys that say which server a command asks, and with what. */
const REMOTE: readonly string[] = ["server", "api_key", "insecure_http"];

/** Adds the flags that say which server a command asks; a command that asks none hides them, and refuses them itself. */
export function addRemoteFlags(command: Command, { isHidden }: { readonly isHidden: boolean }): void {
  for (const key of KEYS.filter(({ name }) => REMOTE.includes(name))) {
    const place = key.name === "insecure_http" ? "" : ` ${key.kind.place}`;
    const about = `${key.kind.is_secret ? "a file with " : ""}${key.help} (${key.variable})`;
    const option = new Option(`--${key.flag}${place}`, about);
    command.addOption(option.helpGroup("Common options:").hideHelp(isHidden));
  }
}

/** The texts of the flags that were given, by the flag's name. */
export function findConfigFlags(options: object): Record<string, string | undefined> {
  const given = new Map(Object.entries(options));
  const flags = KEYS.map((key) => [key.flag, asText(given.get(declareFlag(key).attributeName()))]);
  return Object.fromEntries(flags);
}

/** A flag of yes or no stands for yes alone, and takes a word: `--enable-metrics`, `--enable-metrics false`. */
function declareFlag({ flag, variable, kind, help, makeDefault, is_of_server }: ConfigKey): Option {
  const value = is_of_server ? makeDefault({}) : undefined;
  const hasDefault = value !== undefined && !Array.isArray(value);
  return new Option(`--${flag} ${kind.place}`, `${help} (${variable}${hasDefault ? `; default: ${value}` : ""})`);
}

function asText(value: unknown): string | undefined {
  return value === true ? "true" : typeof value === "string" ? value : undefined;
}
