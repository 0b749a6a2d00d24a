/**
 * Ids that are put together of several names and may become longer than an id can be.
 */

import { hash } from "node:crypto";
import { LIMITS } from "../limits.ts";

/** The text itself while it fits as an id, else 128 bits of its SHA-256 as `h-` and hex digits. */
export function fitId(text: string): string {
  return text.length <= LIMITS.id_characters ? text : `h-${hash("sha256", text, "hex").slice(0, 32)}`;
}
