/**
 * Writes docs/configuration.md from the table of configuration: `deno run scripts/write_configuration.ts`. A test holds
 * the file to it.
 */

import { writeFile } from "node:fs/promises";
import { CONFIG_KEYS } from "../server/config/keys.ts";

const INTRODUCTION = `# Configuration

Every key there is. A flag wins over the environment, that over the file, that over the default; \`costops config show\` prints each value and where it comes from. The file is the one that \`--config\` names, else \`./costops.toml\`, else \`$XDG_CONFIG_HOME/costops/config.toml\` (\`~/.config/costops/config.toml\`). An unknown key or a bad value stops the program and says its line and what is allowed.

A secret is never an argument: its flag and its variable with \`_FILE\` behind it name a file that it stands in.
`;

/** The whole document. */
export function writeConfiguration(): string {
  const ofServer = CONFIG_KEYS.filter((key) => key.is_of_server);
  const ofAll = CONFIG_KEYS.filter((key) => !key.is_of_server);
  return [
    INTRODUCTION,
    "## Every command",
    "",
    ...writeTable(ofAll),
    "",
    "## `costops serve`",
    "",
    ...writeTable(ofServer),
    "",
  ].join("\n");
}

function writeTable(keys: readonly (typeof CONFIG_KEYS)[number][]): string[] {
  return [
    "| flag | variable | in the file | default | what it is |",
    "|---|---|---|---|---|",
    ...keys.map(({ flag, variable, toml, makeDefault, help }) =>
      `| \`--${flag}\` | \`${variable}\` | \`[${toml[0]}] ${toml[1]}\` | ${
        writeDefault(makeDefault({ HOME: "~" }))
      } | ${help} |`
    ),
  ];
}

function writeDefault(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "none";
  return `\`${value}\``;
}

if (import.meta.main) await writeFile(new URL("../docs/configuration.md", import.meta.url), writeConfiguration());
