/**
 * A price catalogue's text from a file or a URL, within a limit.
 */

import { basename } from "node:path";
import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";

/** How long a server may take to give a catalogue. */
const FETCH_TIMEOUT_MS = 60_000;

/** A file's name and its text. */
export interface CatalogueFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a file, or what is at an https URL. Fails with `not_found` when there is nothing, with `temporary` when the server
 * does not answer, with `too_large` beyond `LIMITS.catalogue_bytes`, and with `unreadable` when it is no UTF-8.
 */
export async function readCatalogueFile(from: string): Promise<CatalogueFile> {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(from);
  const name = basename(isUrl ? readUrl(from).pathname : from) || "catalogue";
  const stream = isUrl ? await fetchStream(readUrl(from)) : await openStream(from);
  return { name, text: await readText(stream, from) };
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  const isLocal = url?.hostname === "localhost" || url?.hostname === "127.0.0.1" || url?.hostname === "[::1]";
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  throw new CostopsError("usage", `Cannot fetch --from "${text}": write a file, or a URL that begins with https://`);
}

async function fetchStream(url: URL): Promise<ReadableStream<Uint8Array>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: "error" });
    if (response.ok && response.body !== null) return response.body;
    await response.body?.cancel();
    throw new CostopsError("not_found", `Cannot fetch --from "${url}": the server answers ${response.status}`);
  } catch (cause) {
    if (cause instanceof CostopsError) throw cause;
    throw new CostopsError("temporary", `Cannot fetch --from "${url}": ${reasonOf(cause)}`, { cause });
  }
}

async function openStream(path: string): Promise<ReadableStream<Uint8Array>> {
  try {
    if ((await Deno.stat(path)).isDirectory) {
      throw new CostopsError("usage", `Cannot read --from "${path}": it is a folder`);
    }
    return (await Deno.open(path)).readable;
  } catch (cause) {
    if (cause instanceof CostopsError) throw cause;
    const isAbsent = cause instanceof Deno.errors.NotFound;
    const reason = isAbsent ? "there is no such file" : reasonOf(cause);
    throw new CostopsError(isAbsent ? "not_found" : "failure", `Cannot read --from "${path}": ${reason}`, { cause });
  }
}

async function readText(stream: ReadableStream<Uint8Array>, from: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > LIMITS.catalogue_bytes) {
      throw new CostopsError(
        "too_large",
        `Cannot take "${from}" in: a catalogue has at most ${LIMITS.catalogue_bytes} bytes`,
      );
    }
    text += decode(() => decoder.decode(chunk, { stream: true }), from);
  }
  return text + decode(() => decoder.decode(), from);
}

function decode(work: () => string, from: string): string {
  try {
    return work();
  } catch (cause) {
    throw new CostopsError("unreadable", `Cannot read "${from}" as a price catalogue: it is not UTF-8 text`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.split(" (os error")[0]! : String(cause);
}
