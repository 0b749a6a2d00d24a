/**
 * The file that refused lines go to, as they stood, so that it can be mended and taken in again.
 */

import type { InputItem } from "../core/usage/reader.ts";
import { checkTarget, explainFileError, type KeptFile } from "./write_target.ts";

/** Where refused input is kept. */
export interface RejectsFile {
  /** Writes one refused value as it stood; the header of its CSV comes before the first of them. */
  keep(item: InputItem): void;
  close(): void;
}

/** Opens the file that `--rejects` names, before any work starts. Fails with `usage` when it cannot be written. */
export async function openRejects(
  path: string | undefined,
  kept: readonly KeptFile[],
): Promise<RejectsFile | undefined> {
  if (path === undefined) return undefined;
  checkTarget("--rejects", path, kept);
  const file = await create(path);
  const encoder = new TextEncoder();
  let header: string | undefined;
  const write = (bytes: Uint8Array) => {
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  };
  return {
    keep: (item) => {
      if (item.header !== undefined && item.header !== header) write(encoder.encode(`${item.header}\n`));
      header = item.header;
      write(item.bytes ?? encoder.encode(item.text));
      write(encoder.encode("\n"));
    },
    close: () => file.close(),
  };
}

async function create(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { create: true, write: true, truncate: true, mode: 0o600 });
  } catch (error) {
    throw explainFileError(error, `Cannot write --rejects "${path}"`);
  }
}
