import assert from "node:assert/strict";
import fc from "fast-check";
import { compareText } from "../../../core/analytics/compare_text.ts";

Deno.test("compareText() sorts as the bytes of UTF-8 do", () => {
  const encoder = new TextEncoder();
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\u00e9", "\ud7ff", "\ue000", "\uffee", "\u{10000}") });
  fc.assert(fc.property(text, text, (a, b) => {
    const bytes = Math.sign(compareBytes(encoder.encode(a), encoder.encode(b)));
    assert.equal(Math.sign(compareText(a, b)), bytes);
  }));
});

Deno.test("compareText() puts null last and the empty text first", () => {
  assert.deepEqual([null, "a", ""].sort(compareText), ["", "a", null]);
});

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const differing = a.findIndex((byte, index) => byte !== b[index]);
  if (differing === -1) return a.length - b.length;
  return differing < b.length ? a[differing]! - b[differing]! : 1;
}
