/**
 * `costops completions`: shell completion that asks the program itself what fits.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

const SCRIPTS = {
  bash: `_costops() {
  local IFS=$'\\n'
  COMPREPLY=($(costops __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _costops costops
`,
  zsh: `#compdef costops
_costops() {
  local -a found
  found=("\${(@f)$(costops __complete "\${(@)words[2,CURRENT]}" 2>/dev/null | sed -e 's/:/\\\\:/g' -e 's/\\t/:/')}")
  if [[ -n "$found" ]]; then _describe costops found; else _files; fi
}
compdef _costops costops
`,
  fish: `function __costops_complete
  set -l words (commandline -opc) (commandline -ct)
  costops __complete $words[2..] 2>/dev/null
end
complete -c costops -f -n 'test -n "$(__costops_complete)"' -a '(__costops_complete)'
`,
} as const;

/** The shells that are known. */
export const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

/** Declares the command, and the hidden one that the scripts ask. */
export function addCompletions(program: Command, shell: Shell): void {
  program.command("completions").addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .summary("write a shell's completion script")
    .description("Writes a script that completes commands, flags and their values as this version has them.")
    .addHelpText(
      "after",
      examples(
        "costops completions bash > ~/.local/share/bash-completion/completions/costops",
        "costops completions zsh > ~/.zfunc/_costops",
        "costops completions fish > ~/.config/fish/completions/costops.fish",
      ),
    )
    .action((name) => shell.terminal.out(SCRIPTS[name]));
  program.command("__complete", { hidden: true }).argument("[words...]").allowUnknownOption().helpOption(false)
    .passThroughOptions()
    .action((words) => {
      for (const [word, about] of suggest(program, words)) shell.terminal.out(`${word}\t${about}\n`);
    });
}

/** What may stand in the place of the last word, each with what it is. */
export function suggest(program: Command, words: readonly string[]): [string, string][] {
  const current = words.at(-1) ?? "";
  const { command, wantsValueOf } = follow(program, words.slice(0, -1));
  if (wantsValueOf !== undefined) return toSuggestions(wantsValueOf.argChoices ?? [], current);
  if (current.startsWith("-")) {
    return command.options.filter((option) => !option.hidden && option.long?.startsWith(current))
      .map((option) => [option.long!, option.description]);
  }
  const below = command.createHelp().visibleCommands(command).filter((one) => one.name().startsWith(current));
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  return [
    ...below.map((one): [string, string] => [one.name(), one.summary() || one.description()]),
    ...toSuggestions(choices, current),
  ];
}

type Option = Command["options"][number];

/** The command that words lead to, and the flag whose value comes next. */
function follow(program: Command, words: readonly string[]): { command: Command; wantsValueOf: Option | undefined } {
  let command = program;
  let wantsValueOf: Option | undefined;
  for (const word of words) {
    if (wantsValueOf !== undefined) wantsValueOf = undefined;
    else if (word.startsWith("-")) {
      const option = command.options.find((one) => one.long === word || one.short === word);
      if (option?.required || option?.optional) wantsValueOf = option;
    } else command = command.commands.find((one) => one.name() === word) as Command | undefined ?? command;
  }
  return { command, wantsValueOf };
}

function toSuggestions(values: readonly string[], current: string): [string, string][] {
  return values.filter((value) => value.startsWith(current)).map((value) => [value, ""]);
}
