/**
 * Forecasts series line by line, in constant memory: each is answered as it comes.
 */

import { CostopsError, ERROR_KINDS } from "../core/error.ts";
import { forecast } from "../core/forecast/forecast.ts";
import { readSeriesLine, toForecastInput, writeForecastLine } from "../core/forecast/series_line.ts";
import { type Line, readLines } from "../core/usage/lines.ts";
import { openOutput } from "./output.ts";
import type { Shell } from "./run.ts";
import { showControls } from "./terminal.ts";
import { explainFileError, STDIN } from "./write_target.ts";

/** The flags of `forecast --series`. */
export interface ForecastSeriesOptions {
  readonly level: number;
  readonly fast?: true;
  readonly output?: string;
}

/** What a shell gets when some lines were refused, as from an intake. */
const SOME_REFUSED = 7;

/** Answers `costops forecast --series`. Sets exit code 7 when lines were refused; each of them is told. */
export async function forecastSeries(
  path: string,
  { options, shell }: { readonly options: ForecastSeriesOptions; readonly shell: Shell },
): Promise<void> {
  const { terminal } = shell;
  const name = path === STDIN ? "stdin" : path;
  const bytes = await openSeries(path);
  const output = await openOutput(options.output, { terminal, kept: [{ path, what: "what is read" }] });
  const encoder = new TextEncoder();
  try {
    for await (const lines of readLines(bytes)) {
      for (const line of lines) {
        const answer = answerLine(line, options);
        // As bytes a line is not held back until there are more of them.
        if (answer.kind === "forecast") output.write(encoder.encode(answer.text));
        if (answer.kind !== "refused") continue;
        terminal.note(showControls(`${name}:${line.line}: rejected: ${answer.detail}`));
        shell.exit_code = SOME_REFUSED;
      }
    }
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

type Answer =
  | { readonly kind: "empty" }
  | { readonly kind: "forecast"; readonly text: string }
  | { readonly kind: "refused"; readonly detail: string };

function answerLine({ text, rejection }: Line, { level, fast }: ForecastSeriesOptions): Answer {
  if (rejection !== undefined) return { kind: "refused", detail: rejection.detail };
  if (text.trim() === "") return { kind: "empty" };
  try {
    const series = readSeriesLine(text);
    const answer = forecast(toForecastInput(series, { level, method: fast ? "fast" : "auto" }));
    return { kind: "forecast", text: writeForecastLine(series.id, answer) };
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
