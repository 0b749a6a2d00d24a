import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ContentOrdinals } from "../../../core/usage/content_ordinals.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

Deno.test("ContentOrdinals counts each content from 1, in any order", () => {
  const ordinals = new ContentOrdinals();
  const given = ["a", "b", "a", "a", "c", "b"].map((text) => ordinals.next(hashOf(text)));
  assert.deepEqual(given, [1, 1, 2, 3, 1, 2]);
});

Deno.test("ContentOrdinals tells contents apart whose hashes differ in one digit, wherever it is", () => {
  const ordinals = new ContentOrdinals();
  const zeros = "0".repeat(32);
  const given = [zeros, ...Array.from({ length: 32 }, (_, at) => `${zeros.slice(0, at)}1${zeros.slice(at + 1)}`)];
  for (const hash of given) assert.equal(ordinals.next(hash), 1, hash);
  for (const hash of given) assert.equal(ordinals.next(hash), 2, hash);
});

Deno.test("ContentOrdinals still knows every content when it has grown", () => {
  const ordinals = new ContentOrdinals();
  const hashes = Array.from({ length: 50_000 }, (_, at) => hashOf(String(at)));
  for (let round = 1; round <= 3; round++) for (const hash of hashes) assert.equal(ordinals.next(hash), round);
});
