/**
 * Flags that many commands share, with the words they are explained in.
 */

import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";

/** Flags of every command that opens the database. */
export interface CommonOptions {
  readonly database?: string;
  readonly org?: string;
  readonly config?: string;
  readonly server?: string;
  readonly apiKeyFile?: string;
  readonly insecureHttp?: true;
  readonly quiet?: true;
}

/** Adds the flags of every command that opens the database, in a group of their own below the command's. */
export function addCommonOptions(command: Command): void {
  const options = [
    new Option("--database <url>", "a path, sqlite:PATH or postgres://… (DATABASE_URL)"),
    new Option("--org <name>", "organization to work in (COSTOPS_ORG)"),
    new Option("--config <file>", "configuration file (default: ./costops.toml, then the user's)"),
    new Option("-q, --quiet", "no notes on stderr, only errors"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Common options:"));
}

/** Writes the examples of a command's help: what one would paste. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

/** Collects a flag that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Reads a whole number from 1 to `most`. */
export function readCount(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`Write a whole number from 1 to ${most}.`);
  };
}
