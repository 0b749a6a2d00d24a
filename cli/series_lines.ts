/**
 * Series answered line by line, in constant memory: each as it comes.
 */

import { CostopsError, ERROR_KINDS } from "../core/error.ts";
import { type Line, readLines } from "../core/usage/lines.ts";
import { openOutput } from "./output.ts";
import type { Shell } from "./run.ts";
import { showControls } from "./terminal.ts";
import { explainFileError, STDIN } from "./write_target.ts";

/** What a shell gets when some lines were refused, as from an intake. */
const SOME_REFUSED = 7;

/** Where answers go, and how one line is answered: with a line of its own, or with the error that refuses it. */
export interface SeriesAnswers {
  readonly output: string | undefined;
  readonly shell: Shell;
  readonly answer: (text: string) => string;
}

/**
 * Answers every line of a file, or of standard input for `-`. Sets exit code 7 when lines were refused; each of them is
 * told.
 */
export async function answerSeries(path: string, { output: target, shell, answer }: SeriesAnswers): Promise<void> {
  const { terminal } = shell;
  const name = path === STDIN ? "stdin" : path;
  const bytes = await openSeries(path);
  const output = await openOutput(target, { terminal, kept: [{ path, what: "what is read" }] });
  const encoder = new TextEncoder();
  try {
    for await (const lines of readLines(bytes)) {
      for (const line of lines) {
        const answered = answerLine(line, answer);
        // As bytes a line is not held back until there are more of them.
        if (answered.kind === "answer") output.write(encoder.encode(answered.text));
        if (answered.kind !== "refused") continue;
        terminal.note(showControls(`${name}:${line.line}: rejected: ${answered.detail}`));
        shell.exit_code = SOME_REFUSED;
      }
    }
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

type Answered =
  | { readonly kind: "empty" }
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "refused"; readonly detail: string };

function answerLine({ text, rejection }: Line, answer: SeriesAnswers["answer"]): Answered {
  if (rejection !== undefined) return { kind: "refused", detail: rejection.detail };
  if (text.trim() === "") return { kind: "empty" };
  try {
    return { kind: "answer", text: answer(text) };
  } catch (error) {
    if (!(error instanceof CostopsError) || ERROR_KINDS[error.kind].exit !== ERROR_KINDS.invalid.exit) throw error;
    return { kind: "refused", detail: error.message };
  }
}

async function openSeries(path: string): Promise<ReadableStream<Uint8Array>> {
  if (path !== STDIN) {
    try {
      return (await Deno.open(path)).readable;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new CostopsError("not_found", `Cannot read --series "${path}": there is no such file`, { cause: error });
      }
      throw explainFileError(error, `Cannot read --series "${path}"`);
    }
  }
  if (!Deno.stdin.isTerminal()) return Deno.stdin.readable;
  throw new CostopsError("usage", "Cannot read series from a terminal: pipe them in, or name a file");
}
