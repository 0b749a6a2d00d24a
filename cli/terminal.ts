/**
 * The terminal as commands see it: data to stdout, everything else to stderr, and what kind of terminal it is.
 */

/** Where a command writes and what it may assume about the reader. */
export interface Terminal {
  /** Data. Fails with {@link ClosedPipe} when nobody reads any more. */
  out(data: string | Uint8Array): void;
  /** Notes, progress and errors. */
  note(text: string): void;
  readonly isInteractive: boolean;
  readonly hasColor: boolean;
  /** Columns of the terminal; COLUMNS, else 120, when it is none. */
  readonly width: number;
}

/** The reader of stdout has gone away: a command ends quietly. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}

/** Wide enough for a report's usual columns, narrow enough to read. */
const WIDTH_OF_FILES = 120;

/** The process's own terminal. */
export function openTerminal(): Terminal {
  const isInteractive = Deno.stdout.isTerminal();
  const encoder = new TextEncoder();
  return {
    out: (data) => writeOut(typeof data === "string" ? encoder.encode(data) : data),
    note: (text) => writeAll(Deno.stderr, encoder.encode(`${text}\n`)),
    isInteractive,
    hasColor: isInteractive && !Deno.env.get("NO_COLOR"),
    width: isInteractive ? Deno.consoleSize().columns : Number(Deno.env.get("COLUMNS")) || WIDTH_OF_FILES,
  };
}

function writeOut(bytes: Uint8Array): void {
  try {
    writeAll(Deno.stdout, bytes);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) throw new ClosedPipe("stdout is closed", { cause });
    throw cause;
  }
}

function writeAll(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += target.writeSync(bytes.subarray(written));
}

/** Shows control characters as escapes: names and messages may come from anybody's log. */
export function showControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1).replace("\x7f", "\\u007f"));
}
