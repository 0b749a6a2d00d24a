/**
 * The files an import reads: those named, and those below the folders named.
 */

import { basename, join } from "node:path";
import { CostopsError } from "../core/error.ts";
import { findAgentLogs } from "./agent_logs.ts";

/** One file and its size in bytes, 0 when it is a pipe. */
export interface InputFile {
  readonly path: string;
  readonly bytes: number;
}

const USAGE_FILE = /\.(json|jsonl|ndjson|csv)(\.gz)?$/i;

/**
 * Finds the files to read, in the order of the paths and by name below a folder; `claude-code` and `codex` mean the logs
 * of these agents where no file has that name. Fails when a path is not there.
 */
export async function findFiles(paths: readonly string[]): Promise<InputFile[]> {
  const found: InputFile[] = [];
  for (const path of paths) {
    const agentFiles = await findAgentFiles(path);
    if (agentFiles !== undefined) found.push(...agentFiles);
    else found.push(...await findFilesAt(path));
  }
  if (found.length > 0) return found;
  throw new CostopsError("not_found", `Cannot find a .json, .jsonl, .ndjson or .csv file in "${paths.join('", "')}"`);
}

async function findFilesAt(path: string): Promise<InputFile[]> {
  const about = await look(path);
  return about.isDirectory ? await searchFolder(path) : [{ path, bytes: about.size }];
}

/** The logs of the agent that the word names, by their own names: those of Codex begin with the time. */
async function findAgentFiles(word: string): Promise<InputFile[] | undefined> {
  if (await exists(word)) return undefined;
  const logs = await findAgentLogs(word);
  if (logs === undefined) return undefined;
  const files: InputFile[] = [];
  for (const folder of logs.folders) files.push(...await searchFolder(folder));
  return files.filter(({ path }) => logs.isLog(path)).sort((a, b) => (basename(a.path) < basename(b.path) ? -1 : 1));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

async function look(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new CostopsError("not_found", `Cannot import "${path}": there is no such file or folder`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new CostopsError("failure", `Cannot import "${path}": no permission`, { cause });
    }
    throw cause;
  }
}

/** Symbolic links below a folder are not followed, so that a loop cannot be. */
async function searchFolder(folder: string): Promise<InputFile[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const found: InputFile[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await searchFolder(path));
    else if (entry.isFile && USAGE_FILE.test(entry.name)) found.push({ path, bytes: (await look(path)).size });
  }
  return found;
}

/** Whether a file is unpacked on the way. */
export function isPacked({ path }: InputFile): boolean {
  return /\.gz$/i.test(path);
}

/** Opens a file for reading. `onRead` is told how many bytes of the file were read. */
export async function openFile(file: InputFile, onRead: (bytes: number) => void): Promise<AsyncIterable<Uint8Array>> {
  const onChunk = (chunk: Uint8Array) => onRead(chunk.length);
  return readChunks(await Deno.open(file.path), { isPacked: isPacked(file), onChunk });
}

/** Reads an open file from where it stands, and closes it at its end; `onChunk` sees its bytes before they are unpacked. */
export function readChunks(
  opened: Deno.FsFile,
  { isPacked, onChunk }: { readonly isPacked: boolean; readonly onChunk: (chunk: Uint8Array) => void },
): AsyncIterable<Uint8Array> {
  const watched = opened.readable.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        onChunk(chunk);
        controller.enqueue(chunk);
      },
    }),
  );
  return isPacked ? unpack(watched) : watched;
}

async function* unpack(packed: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array> {
  try {
    yield* packed.pipeThrough(new DecompressionStream("gzip"));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CostopsError("unreadable", "it is no whole gzip file; what could be unpacked was read", { cause });
  }
}
