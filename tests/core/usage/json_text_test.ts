import assert from "node:assert/strict";
import { parseJson } from "../../../core/usage/json_text.ts";

Deno.test("parseJson() gives as its text a number that floating point would alter", () => {
  assert.deepEqual(
    parseJson('{"a":9007199254740993,"b":[-9007199254740993, 12345678901234567890],"c":1e400,"d":-1.5E+999}'),
    { a: "9007199254740993", b: ["-9007199254740993", "12345678901234567890"], c: "1e400", d: "-1.5E+999" },
  );
});

Deno.test("parseJson() gives every other number as a number", () => {
  assert.deepEqual(
    parseJson('{"a":9007199254740991,"b":[1000000000000000, 1e3],"c":1e-400,"d":"9007199254740993","e":0.1}'),
    { a: 9007199254740991, b: [1000000000000000, 1000], c: 0, d: "9007199254740993", e: 0.1 },
  );
  // One large number beside it makes no text of a small one.
  assert.deepEqual(parseJson("[9007199254740993,7]"), ["9007199254740993", 7]);
});

Deno.test("parseJson() gives a cost as its text, whatever its size", () => {
  assert.deepEqual(parseJson('{"cost":0.10000000000000000001,"tokens":3}'), {
    cost: "0.10000000000000000001",
    tokens: 3,
  });
});
