/**
 * `costops config show`: each value of the configuration and where it comes from.
 */

import type { Command } from "@commander-js/extra-typings";
import { type CommonOptions, examples } from "./options.ts";
import type { Shell } from "./run.ts";

/** Declares the commands below `config`. */
export function addConfig(program: Command, shell: Shell): void {
  const config = program.command("config").summary("look at the configuration")
    .addHelpText("after", examples("costops config show"));
  config.command("show").summary("each value and where it comes from")
    .description(
      "Shows each value and its origin: a flag wins over the environment, that over the file, that over the default.\n\n" +
        "Everything that costops serve would read is checked. Secrets and passwords are shown as ***; a secret is set by " +
        "its variable, by the variable with _FILE behind it, which names a file, by its flag, which does too, or in the " +
        "configuration file.",
    )
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops config show", "costops config show --config ./costops.toml --json"))
    .action((options) => showConfig(options, shell));
}

async function showConfig(options: CommonOptions & { readonly json?: true }, { terminal }: Shell): Promise<void> {
  const { showConfig } = await import("../server/config.ts");
  const { CONFIG_KEYS } = await import("../server/config/keys.ts");
  const { readConfig } = await import("./session.ts");
  const config = showConfig(readConfig(options, { isForServer: true }));
  if (options.json) {
    terminal.out(`${JSON.stringify(config, null, 2)}\n`);
    return;
  }
  const { writeGrid } = await import("./grid.ts");
  const rows = CONFIG_KEYS.map(({ name, flag, variable, toml }) => [
    name,
    writeValue(config[name].value),
    config[name].origin,
    `--${flag}, ${variable}, [${toml[0]}] ${toml[1]}`,
  ]);
  terminal.out(writeGrid(["key", "value", "origin", "set by"], rows, ["left", "left", "left", "left"]));
}

/** A value as one cell: a list by comma, nothing for what is not set. */
function writeValue(value: unknown): string {
  return value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value);
}
