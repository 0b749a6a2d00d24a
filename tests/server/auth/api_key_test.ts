import assert from "node:assert/strict";
import fc from "fast-check";
import { hashApiKey, isSameHash, newApiKey, parseApiKey } from "../../../server/auth/api_key.ts";

/** Not random: the same byte everywhere. */
function fillWith(byte: number): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => bytes.fill(byte);
}

Deno.test("newApiKey() is cops_, an id, a secret and their CRC-32 in base 62", () => {
  const { key, id, sha256 } = newApiKey(fillWith(0));
  // Python's zlib.crc32 of "cops_00000000_" and 32 zeros is 1842622071.
  assert.equal(key, "cops_00000000_0000000000000000000000000000000020hSAp");
  assert.equal(id, "00000000");
  assert.equal(sha256, hashApiKey(key));
  assert.match(sha256, /^[0-9a-f]{64}$/);
});

Deno.test("newApiKey() draws again what would make some characters likelier", () => {
  let calls = 0;
  // 248 is 4 x 62, the first byte that has no place in the alphabet.
  const fill = (bytes: Uint8Array) => bytes.fill(calls++ % 2 === 0 ? 248 : 61);
  const { key } = newApiKey(fill);
  assert.match(key, /^cops_z{8}_z{32}/);
  assert.equal(calls, 4);
});

Deno.test("parseApiKey() takes what newApiKey() makes, and no other character in any place of it", () => {
  const bytes = fc.uint8Array({ minLength: 80, maxLength: 80 });
  fc.assert(fc.property(bytes, fc.nat(51), fc.constantFrom(..."0aZ9_- é"), (random, place, character) => {
    let at = 0;
    const fill = (target: Uint8Array) => target.map(() => random[at++ % random.length]! % 248);
    const { key, id } = newApiKey(fill);
    assert.equal(key.length, 52);
    assert.deepEqual(parseApiKey(key), { id });
    const other = key.slice(0, place) + character + key.slice(place + 1);
    if (other !== key) assert.equal(parseApiKey(other), undefined);
  }));
});

Deno.test("parseApiKey() refuses what is too short, too long or of another kind", () => {
  const { key } = newApiKey(fillWith(7));
  for (
    const text of ["", "cops_", key.slice(0, -1), `${key}0`, ` ${key}`, `${key}\n`, key.toLowerCase(), "x".repeat(1e6)]
  ) {
    assert.equal(parseApiKey(text), undefined);
  }
});

Deno.test("isSameHash() compares hashes of any length", () => {
  assert.equal(isSameHash("ab".repeat(32), "ab".repeat(32)), true);
  assert.equal(isSameHash("ab".repeat(32), "ab".repeat(31) + "ac"), false);
  assert.equal(isSameHash("ab".repeat(32), ""), false);
});
