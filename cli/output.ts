/**
 * Where a command's data goes: stdout, a device, or a file that is there whole or not at all.
 */

import { checkTarget, explainFileError, type KeptFile, look } from "./write_target.ts";
import type { Terminal } from "./terminal.ts";

/** A target that is opened before the work starts. */
export interface Output {
  readonly write: (data: string | Uint8Array) => void;
  /** Makes what was written the file. */
  finish(): Promise<void>;
  /** Leaves what was there before as it was. */
  abandon(): Promise<void>;
}

const PIECE_CHARACTERS = 64 * 1024;

/**
 * Opens the file that `--output` names, or stdout when it names none or `-`. Fails with `usage` when the file cannot be
 * written, or must be kept.
 */
export async function openOutput(
  path: string | undefined,
  { terminal, kept }: { readonly terminal: Terminal; readonly kept: readonly KeptFile[] },
): Promise<Output> {
  if (path === undefined || path === "-" || path === "/dev/stdout") {
    return gather((data) => terminal.out(data), { finish: nothing, abandon: nothing });
  }
  checkTarget("--output", path, kept);
  const about = look(path);
  if (about !== undefined && !about.isFile) return openDevice(path);
  return await openFile(about === undefined ? path : await Deno.realPath(path), about?.mode ?? undefined);
}

/** A device or a named pipe is written to as it is. */
async function openDevice(path: string): Promise<Output> {
  const file = await tryTo(path, () => Deno.open(path, { write: true }));
  const close = () => Promise.resolve(file.close());
  return gather(writeTo(file), { finish: close, abandon: close });
}

/** A file is written beside its name and gets the name when it is whole; the mode of the one before stays. */
async function openFile(path: string, mode: number | undefined): Promise<Output> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const file = await tryTo(path, () => Deno.open(temporary, { createNew: true, write: true }));
  if (mode !== undefined) await Deno.chmod(temporary, mode & 0o777);
  return gather(writeTo(file), {
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

function writeTo(file: Deno.FsFile): Output["write"] {
  const encoder = new TextEncoder();
  return (data) => {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  };
}

/** Small pieces of text go out together, bytes as they come. */
function gather(write: Output["write"], ends: Pick<Output, "finish" | "abandon">): Output {
  let waiting = "";
  const flush = () => {
    if (waiting !== "") write(waiting);
    waiting = "";
  };
  return {
    write: (data) => {
      if (typeof data === "string") {
        waiting += data;
        if (waiting.length >= PIECE_CHARACTERS) flush();
      } else {
        flush();
        write(data);
      }
    },
    finish: () => {
      flush();
      return ends.finish();
    },
    abandon: ends.abandon,
  };
}

const nothing = () => Promise.resolve();

async function tryTo<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw explainFileError(error, `Cannot write --output "${path}"`);
  }
}
