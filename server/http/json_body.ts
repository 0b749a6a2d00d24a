/**
 * JSON bodies: text that is UTF-8 throughout, not nested too deep and not of too many values, before it is parsed.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { checkNesting } from "../../core/usage/json_text.ts";
import { escapePointer } from "./validate.ts";

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** Bytes as text. Fails with `unreadable` when they are no UTF-8: nothing is silently replaced. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new CostopsError("unreadable", "Cannot read this body as text: its bytes are not UTF-8");
  }
}

/**
 * Parses a body that a schema will check; a number that is an amount (`amount_usd`) is given as its text, so that no
 * digit of it goes through floating point. Fails with `unreadable`, with `too_large` on too many values, and with
 * `invalid` on a text that no database keeps as it is.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  try {
    checkNesting(text, LIMITS.json_depth);
    checkCount(text);
    const value: unknown = text.includes('_usd"') ? JSON.parse(text, keepAmountText) : JSON.parse(text);
    // Only an escape can write what no database keeps.
    if (text.includes("\\u")) checkTexts(value, "");
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CostopsError("unreadable", `Cannot read this body as JSON: ${explain(error)}`);
  }
}

function keepAmountText(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" && key.endsWith("_usd") ? context?.source ?? value : value;
}

/** NUL ends a text of SQLite and is none of Postgres, and half of a surrogate pair is no UTF-8: all would be altered. */
function checkTexts(value: unknown, at: string): void {
  if (typeof value === "string") return checkText(value, at);
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const pointer = `${at}/${escapePointer(name.toWellFormed())}`;
    checkText(name, pointer);
    checkTexts(inner, pointer);
  }
}

function checkText(text: string, pointer: string): void {
  if (text.isWellFormed() && !text.includes("\0")) return;
  const detail = "has the character NUL, or half of a surrogate pair: write a whole text";
  throw new CostopsError("invalid", `Cannot take this request: ${pointer}: ${detail}`, {
    issues: [{ pointer, detail }],
  });
}

/** What V8 says quotes the text around the fault, which may be a password: only its place is told. */
function explain({ message }: SyntaxError): string {
  if (message.startsWith("it is nested")) return message;
  const place = /at position \d+ \(line \d+ column \d+\)/.exec(message)?.[0];
  return place === undefined ? "it is not valid JSON" : `it is not valid JSON ${place}`;
}

/** Every value but the first of an array or object follows a comma; commas in texts count too, and there are few. */
function checkCount(text: string): void {
  let commas = 0;
  for (let at = text.indexOf(","); at !== -1; at = text.indexOf(",", at + 1)) {
    if (++commas <= LIMITS.json_values) continue;
    throw new CostopsError("too_large", `Cannot take a body of more than ${LIMITS.json_values} values`);
  }
}
