/**
 * Where a command's data goes: stdout, or a file that is there whole or not at all.
 */

import { CostopsError } from "../core/error.ts";
import type { Terminal } from "./terminal.ts";

/** A target that is opened before the work starts. */
export interface Output {
  readonly write: (text: string) => void;
  /** Makes what was written the file. */
  finish(): Promise<void>;
  /** Leaves what was there before as it was. */
  abandon(): Promise<void>;
}

const PIECE_CHARACTERS = 64 * 1024;

/** Opens a file, or stdout when no path is given. Fails with `usage` when the file cannot be written. */
export async function openOutput(path: string | undefined, terminal: Terminal): Promise<Output> {
  if (path === undefined) return gather((text) => terminal.out(text), { finish: nothing, abandon: nothing });
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const file = await create(temporary, path);
  const encoder = new TextEncoder();
  const write = (text: string) => {
    const bytes = encoder.encode(text);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  };
  return gather(write, {
    finish: async () => {
      await file.sync();
      file.close();
      await Deno.rename(temporary, path);
    },
    abandon: async () => {
      file.close();
      await Deno.remove(temporary);
    },
  });
}

/** Small pieces of text go out together. */
function gather(write: (text: string) => void, ends: Pick<Output, "finish" | "abandon">): Output {
  let waiting = "";
  const flush = () => {
    if (waiting !== "") write(waiting);
    waiting = "";
  };
  return {
    write: (text) => {
      waiting += text;
      if (waiting.length >= PIECE_CHARACTERS) flush();
    },
    finish: () => {
      flush();
      return ends.finish();
    },
    abandon: ends.abandon,
  };
}

const nothing = () => Promise.resolve();

async function create(temporary: string, path: string): Promise<Deno.FsFile> {
  try {
    if ((await Deno.stat(path)).isDirectory) {
      throw new CostopsError("usage", `Cannot write --output "${path}": it is a folder`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    return await Deno.open(temporary, { createNew: true, write: true, mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split(" (os error")[0] : String(cause);
    throw new CostopsError("usage", `Cannot write --output "${path}": ${reason}`, { cause });
  }
}
