/**
 * The configuration file: found, read, and checked as a whole, with the line of what is wrong.
 */

import { join } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import { CostopsError } from "../../core/error.ts";
import { CONFIG_KEYS, configFolder, type ConfigKey, type Variables } from "./keys.ts";

/** A file that was read: its values by the name of their key. */
export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/** What a file in the working folder may not say: whoever wrote that folder would be sent the user's API key. */
const NOT_IN_WORKING_FOLDER = "remote";

const KEYS: readonly ConfigKey[] = CONFIG_KEYS;

/**
 * Reads the file named by `--config`, else `./costops.toml`, else the user's own, if there is one. Fails with `usage`
 * on a named file that is missing, bad TOML, an unknown key or a value that is not allowed.
 */
export function readConfigFile(named: string | undefined, variables: Variables): ConfigFile | undefined {
  if (named !== undefined) return readFile(named);
  if (exists("costops.toml")) return readFile("costops.toml", { isUnasked: true });
  const own = join(configFolder(variables), "config.toml");
  return exists(own) ? readFile(own) : undefined;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function readFile(path: string, { isUnasked = false }: { readonly isUnasked?: boolean } = {}): ConfigFile {
  const toml = readText(path);
  const values = new Map<string, unknown>();
  for (const [table, keys] of Object.entries(parseFile(toml, path))) {
    if (!isTable(keys)) throw unknownKey({ path, line: findLine(toml, { name: table }) }, { name: table });
    for (const [name, value] of Object.entries(keys)) {
      const place = { path, line: findLine(toml, { table, name }) };
      const key = KEYS.find(({ toml }) => toml[0] === table && toml[1] === name);
      if (key === undefined) throw unknownKey(place, { table, name });
      if (isUnasked && table === NOT_IN_WORKING_FOLDER) throw notHere(place, key);
      values.set(key.name, readValue(value, { key, place }));
    }
  }
  return { path, values };
}

interface Place {
  readonly path: string;
  readonly line: number;
}

function readValue(value: unknown, { key, place }: { readonly key: ConfigKey; readonly place: Place }): unknown {
  const read = key.kind.fromToml(value);
  if (read !== undefined) return read;
  const shown = key.kind.is_secret ? "the value" : key.kind.mask(writeToml(value));
  throw new CostopsError(
    "usage",
    `Cannot take ${shown} for ${nameOf(key)} in ${place.path}, line ${place.line}: ` +
      `write ${key.kind.wanted} (${key.kind.in_toml})`,
  );
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CostopsError("usage", `Cannot read the configuration file "${path}": ${reason}`, { cause });
  }
}

function parseFile(toml: string, path: string): Record<string, unknown> {
  try {
    return parseToml(toml, { integersAsBigInt: true });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split("\n")[0];
    throw new CostopsError("usage", `Cannot read ${path}, line ${cause.line}: ${reason}`, { cause });
  }
}

function unknownKey({ path, line }: Place, at: { readonly table?: string; readonly name: string }): CostopsError {
  const beside = KEYS.filter(({ toml }) => toml[0] === at.table);
  const allowed = (beside.length > 0 ? beside : KEYS).map(nameOf).join(", ");
  const name = at.table === undefined ? at.name : `[${at.table}] ${at.name}`;
  return new CostopsError("usage", `Cannot use ${name} in ${path}, line ${line}: the keys are ${allowed}`);
}

function notHere({ path, line }: Place, key: ConfigKey): CostopsError {
  return new CostopsError(
    "usage",
    `Cannot use ${nameOf(key)} in ${path}, line ${line}: a file that is only found in the working folder does not ` +
      `choose whom to send an API key; set ${key.variable}, or name the file with --config`,
  );
}

function nameOf({ toml: [table, name] }: ConfigKey): string {
  return `[${table}] ${name}`;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function writeToml(value: unknown): string {
  return JSON.stringify(value, (_, item) => typeof item === "bigint" ? Number(item) : item);
}

/** The line where a key of a table stands, else where its table does; from 1. The parser tells no places. */
function findLine(toml: string, { table, name }: { readonly table?: string; readonly name: string }): number {
  const spelled = (word: string) => `["']?${word.replace(/[^\w]/g, "\\$&")}["']?`;
  const header = /^\s*\[\s*["']?([^"'\]]*?)["']?\s*\]/;
  const key = new RegExp(`^\\s*${spelled(name)}\\s*[=.]`);
  const dotted = new RegExp(`^\\s*${spelled(table ?? name)}\\s*[=.]`);
  const rows = toml.split("\n");
  let current: string | undefined;
  let nearest = 0;
  for (const [index, row] of rows.entries()) {
    current = header.exec(row)?.[1] ?? current;
    const isHere = current === table && key.test(row);
    const isInline = current === undefined && dotted.test(row) && row.includes(name);
    if (isHere || isInline) return index + 1;
    if (nearest === 0 && current === (table ?? name)) nearest = index + 1;
  }
  return Math.max(nearest, 1);
}
