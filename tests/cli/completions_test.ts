import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

/** A folder on the path in which the program has its name. */
async function install({ folder }: Place): Promise<string> {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const permissions = "--allow-read --allow-write --allow-env --allow-sys";
  const script = `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --cached-only ${permissions} '${main}' "$@"\n`;
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeTextFile(`${folder}/bin/costops`, script, { mode: 0o755 });
  return `PATH='${folder}/bin':"$PATH"`;
}

function isInstalled(shell: string): boolean {
  try {
    return new Deno.Command(shell, { args: ["-c", "exit 0"] }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs a script of a shell in a place with two files, one of them with a space in its name. */
async function runIn(shell: string, script: string): Promise<string> {
  let out = "";
  await inPlace(async (place) => {
    const path = await install(place);
    await place.write("plain.ndjson", "");
    await place.write("spaced name.ndjson", "");
    await place.write("script", script);
    const finished = await place.shell(`${path} ${shell} ./script`, []);
    assert.equal(finished.err, "");
    out = finished.out;
  });
  return out;
}

/** Completes as bash would: with the words it makes of a line, of which the last is completed. */
const BASH = `source <(costops completions bash)
complete -p costops
ask() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _costops
  echo "\${COMPREPLY[*]}"
}
ask costops re
ask costops db ""
ask costops prices --database x.db sh
ask costops import --re
ask costops ingest --service-tier ba
ask costops ingest --service-tier = ba
ask costops report cost --format ""
ask costops import --format open
ask costops import pl
ask costops import --project '$(touch ran)\`touch ran\`;touch ran'
ls
`;

Deno.test(
  "costops completions bash: completes commands, flags and their values; files where it has nothing (needs bash)",
  {
    ignore: !isInstalled("bash"),
  },
  async () => {
    const lines = (await runIn("bash", BASH)).trimEnd().split("\n");
    assert.deepEqual(lines, [
      "complete -o default -F _costops costops",
      "report reports reprice",
      "migrate doctor backup restore copy prune help",
      "show",
      "--region --rejects --reread",
      "batch",
      "batch",
      "csv json ndjson md html xlsx table focus",
      "openai-chat openai-responses openai-embeddings openai-batch openrouter openai-images",
      "",
      "",
      "bin",
      "plain.ndjson",
      "script",
      "spaced name.ndjson",
    ]);
  },
);

/** What zsh would show: its own functions for that, which need a terminal, print what they are given. */
const ZSH = `compdef() { }
_describe() { print -rl -- "\${(@P)2}" }
_files() { print -r -- "(files)" }
source <(costops completions zsh)
ask() { words=("$@"); CURRENT=$#; _costops }
ask costops re
ask costops ingest --service-tier ba
ask costops ingest --service-tier=ba
ask costops import pl
ask costops db mig
`;

Deno.test(
  "costops completions zsh: describes commands and flags, and completes files where it has nothing (needs zsh)",
  {
    ignore: !isInstalled("zsh"),
  },
  async () => {
    assert.deepEqual((await runIn("zsh", ZSH)).trimEnd().split("\n"), [
      "report:write a report as csv, json, ndjson, md, html, xlsx, focus or a table",
      "reports:reports that are kept, to be taken later and by others",
      "reprice:price stored records again, by the price book of today",
      "batch:",
      "--service-tier=batch:",
      "(files)",
      "migrate:bring the database to this version",
    ]);
  },
);

const FISH = `costops completions fish | source
complete -C "costops rep"
complete -C "costops ingest --service-tier ba"
complete -C "costops import pl"
complete -C "costops db mig"
`;

Deno.test(
  "costops completions fish: describes commands and flags, and completes files where it has nothing (needs fish)",
  {
    ignore: !isInstalled("fish"),
  },
  async () => {
    assert.deepEqual((await runIn("fish", FISH)).trimEnd().split("\n"), [
      "report\twrite a report as csv, json, ndjson, md, html, xlsx, focus or a table",
      "reports\treports that are kept, to be taken later and by others",
      "reprice\tprice stored records again, by the price book of today",
      "batch",
      "plain.ndjson",
      "migrate\tbring the database to this version",
    ]);
  },
);
