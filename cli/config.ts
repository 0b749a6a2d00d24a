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
      "Shows each value and its origin: a flag wins over the environment, that over the file, that over the default.",
    )
    .option("--json", "as JSON")
    .addHelpText("after", examples("costops config show", "costops config show --config ./costops.toml --json"))
    .action((options) => showConfig(options, shell));
}

async function showConfig(options: CommonOptions & { readonly json?: true }, { terminal }: Shell): Promise<void> {
  const { CONFIG_KEYS } = await import("../server/config.ts");
  const { readConfig } = await import("./session.ts");
  const config = readConfig(options);
  if (options.json) {
    terminal.out(`${JSON.stringify(config, null, 2)}\n`);
    return;
  }
  const { writeGrid } = await import("./grid.ts");
  const rows = CONFIG_KEYS.map(({ name, variable, toml }) => [
    name,
    config[name].value,
    config[name].origin,
    `--${CONFIG_KEYS.find((key) => key.name === name)!.flag}, ${variable}, [${toml[0]}] ${toml[1]}`,
  ]);
  terminal.out(writeGrid(["key", "value", "origin", "set by"], rows, ["left", "left", "left", "left"]));
}
