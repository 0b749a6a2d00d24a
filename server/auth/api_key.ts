/**
 * The form of an API key: `cops_`, 8 characters that name it, `_`, 32 secret ones, and 6 that check the rest.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { Buffer } from "node:buffer";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_CHARACTERS = 8;
const SECRET_CHARACTERS = 32;
const CHECK_CHARACTERS = 6;
const KEY = /^cops_([0-9A-Za-z]{8})_[0-9A-Za-z]{32}([0-9A-Za-z]{6})$/;

/** What API keys begin with: secret scanners know them by it. */
export const API_KEY_PREFIX = "cops_";

/** A key as it is shown once, with what is kept of it. */
export interface WrittenApiKey {
  readonly key: string;
  readonly id: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type FillRandom = (bytes: Uint8Array) => Uint8Array;

/** Makes a new key out of random bytes. */
export function newApiKey(fill: FillRandom): WrittenApiKey {
  const id = drawCharacters(ID_CHARACTERS, fill);
  const body = `${API_KEY_PREFIX}${id}_${drawCharacters(SECRET_CHARACTERS, fill)}`;
  const key = `${body}${checksumOf(body)}`;
  return { key, id, sha256: hashApiKey(key) };
}

/** The id in a key; undefined when the text is no key, or one that was mistyped. */
export function parseApiKey(text: string): { readonly id: string } | undefined {
  const [, id, check] = KEY.exec(text) ?? [];
  if (id === undefined || checksumOf(text.slice(0, -CHECK_CHARACTERS)) !== check) return undefined;
  return { id };
}

/** SHA-256 of a key, 64 hex digits. It has 190 random bits, so that a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Whether two hashes are equal, in a time that does not tell how much of them is. */
export function isSameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let digits = "";
  for (let place = 0; place < CHECK_CHARACTERS; place += 1) {
    digits = ALPHABET[rest % ALPHABET.length] + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

/** Characters that are equally likely: bytes beyond the last whole multiple of the alphabet are drawn again. */
function drawCharacters(count: number, fill: FillRandom): string {
  const limit = 256 - 256 % ALPHABET.length;
  let text = "";
  while (text.length < count) {
    for (const byte of fill(new Uint8Array(count))) {
      if (byte < limit && text.length < count) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}
