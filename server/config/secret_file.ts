/**
 * A secret that stands in a file of its own, as container platforms hand them over.
 */

import { CostopsError } from "../../core/error.ts";

/** Secrets are short; a larger file is another one. */
const MOST_BYTES = 64 * 1024;

/** The text of a file without the line break at its end. Fails with `usage` when it cannot be read or is too large. */
export function readSecretFile(path: string, origin: string): string {
  const at = `Cannot read the secret file "${path}" (${origin})`;
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
  } catch (cause) {
    throw new CostopsError("usage", `${at}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (bytes.length > MOST_BYTES) throw new CostopsError("usage", `${at}: it has more than ${MOST_BYTES} bytes`);
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
}
