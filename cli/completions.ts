/**
 * `costops completions`: shell completion that asks the program itself what fits.
 */

import { Argument, type Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";

const SCRIPTS = {
  bash: `_costops() {
  local line word words=()
  # Bash takes --flag=value apart at the sign.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == "=" ]] || words+=("$word"); done
  word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word == "=" ]] && word=
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    COMPREPLY+=("$(printf '%q' "$line")")
  done < <(costops __complete "\${words[@]}" "$word" 2>/dev/null)
}
complete -o default -F _costops costops
`,
  zsh: `#compdef costops
_costops() {
  local line
  local -a found
  for line in "\${(@f)$(costops __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( $#found )); then _describe costops found; else _files; fi
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
    .action(async (words) => {
      for (const [word, about] of await suggest(program, words)) shell.terminal.out(`${word}\t${about}\n`);
    });
}

/** What may stand in the place of the last word, each with what it is. */
export async function suggest(program: Command, words: readonly string[]): Promise<[string, string][]> {
  const current = words.at(-1) ?? "";
  const { command, wantsValueOf } = follow(program, words.slice(0, -1));
  if (wantsValueOf !== undefined) return toSuggestions(await listValues(command, wantsValueOf), current);
  const [flag, value] = splitFlag(current);
  if (value !== undefined) {
    const option = command.options.find(({ long }) => long === flag);
    const choices = option === undefined ? [] : await listValues(command, option);
    return toSuggestions(choices, value).map(([choice, about]) => [`${flag}=${choice}`, about]);
  }
  if (current.startsWith("-")) {
    return command.options.filter((option) => !option.hidden && option.long?.startsWith(current))
      .map((option) => [option.long!, option.description.replace(/\s+/g, " ")]);
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

/** The values of a flag; formats are loaded only when they are asked for. */
async function listValues(command: Command, { long, argChoices }: Option): Promise<readonly string[]> {
  if (argChoices !== undefined || long !== "--format") return argChoices ?? [];
  const isIntake = command.options.some((option) => option.long === "--rejects");
  if (isIntake) return (await import("../core/usage/detect.ts")).FORMATS.map(({ name }) => name);
  const { FOCUS_FORMAT, REPORT_FORMATS } = await import("../core/report/format.ts");
  const hasCosts = ["report", "query"].includes(command.name());
  return [...Object.keys(REPORT_FORMATS), ...(hasCosts ? [FOCUS_FORMAT.name] : [])];
}

function splitFlag(word: string): [string, string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function toSuggestions(values: readonly string[], current: string): [string, string][] {
  return values.filter((value) => value.startsWith(current)).map((value) => [value, ""]);
}
