/**
 * `costops help`: the help of a command, or a topic.
 */

import type { Command } from "@commander-js/extra-typings";
import { CostopsError } from "../core/error.ts";
import { findNearest } from "../core/nearest.ts";
import type { Shell } from "./run.ts";

/** Topics in the order they are listed; their texts are loaded when they are asked for. */
const TOPIC_NAMES = ["formats", "prices", "timezones", "exit-codes"];

/** Declares the command. */
export function addHelp(program: Command, shell: Shell): void {
  program.addHelpText("after", `\nTopics: costops help ${TOPIC_NAMES.join("|")}`);
  program.command("help").argument("[words...]", "a command, or a topic").summary("show help for a command or a topic")
    .action(async (words) => {
      const topic = words.length === 1 ? words[0]! : "";
      if (!TOPIC_NAMES.includes(topic)) return findCommand(program, words).help();
      const { TOPICS } = await import("./topics.ts");
      shell.terminal.out(TOPICS[topic]!());
    });
}

/** The command that is named, word by word. */
function findCommand(parent: Command, names: readonly string[]): Command {
  const [name, ...rest] = names;
  if (name === undefined) return parent;
  const found = parent.commands.find((command) => command.name() === name);
  if (found === undefined) throw unknownCommand(parent, name);
  return findCommand(found as Command, rest);
}

/** The error of a command that is not there, naming the nearest one that is. */
export function unknownCommand(program: Command, name: string): CostopsError {
  const nearest = findNearest(name, program.commands.map((command) => command.name()));
  const hint = nearest === undefined ? "costops help lists the commands" : `did you mean ${nearest}?`;
  return new CostopsError("usage", `Cannot find the command ${JSON.stringify(name)}: ${hint}`);
}
