import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  readAmountText,
  readCount,
  readId,
  readLabel,
  readLatency,
  readObject,
  readObjectOrText,
  readSeconds,
  readText,
} from "../../../../core/usage/fields.ts";

const refused = (code: string, detail?: RegExp) => (error: { code?: string; message: string }) =>
  error.code === code && (detail === undefined || detail.test(error.message));

Deno.test("readCount() takes whole numbers and their texts in every spelling", () => {
  strictEqual(readCount(1000, "n"), 1000);
  strictEqual(readCount(-0, "n"), 0);
  strictEqual(Object.is(readCount(-0, "n"), 0), true);
  strictEqual(readCount("1000", "n"), 1000);
  strictEqual(readCount("0001000", "n"), 1000);
  strictEqual(readCount("1e3", "n"), 1000);
  strictEqual(readCount("1.5E+3", "n"), 1500);
  strictEqual(readCount("1000.0", "n"), 1000);
  strictEqual(readCount(" 1000 ", "n"), 1000);
  strictEqual(readCount("-0", "n"), 0);
  strictEqual(readCount("100000000000", "n"), 100_000_000_000);
  strictEqual(readCount("0.0000000001e10", "n"), 1);
});

Deno.test("readCount() takes null, absent and empty as not given", () => {
  strictEqual(readCount(undefined, "n"), undefined);
  strictEqual(readCount(null, "n"), undefined);
  strictEqual(readCount("", "n"), undefined);
  strictEqual(readCount("  ", "n"), undefined);
});

Deno.test("readCount() refuses negative counts, also as text", () => {
  for (const value of [-1, -0.5, "-1", "-1e3", -Infinity, "-0.001"]) {
    throws(() => readCount(value, "n"), refused("negative_tokens"));
  }
});

Deno.test("readCount() refuses counts beyond the limit", () => {
  for (const value of [1_000_000_000_001, 1e300, Infinity, "1000000000001", "1e300", "99999999999999999999"]) {
    throws(() => readCount(value, "n"), refused("tokens_out_of_range"));
  }
});

Deno.test("readCount() refuses what is no whole number, naming field and value", () => {
  for (
    const value of [1.5, NaN, "1.5", "1000.0000000000000000001", "1,000", "abc", "0x10", "1_000", ".", "e3", true, {}, [
      1,
    ]]
  ) {
    throws(
      () => readCount(value, "input_tokens"),
      refused("invalid_field", /^Cannot read input_tokens .*: give a whole number$/),
    );
  }
});

Deno.test("readSeconds() makes whole milliseconds of up to three decimals, exactly", () => {
  strictEqual(readSeconds(1.5, "s"), 1500);
  strictEqual(readSeconds(1.005, "s"), 1005);
  strictEqual(readSeconds(4.35, "s"), 4350);
  strictEqual(readSeconds("0.001", "s"), 1);
  strictEqual(readSeconds("8.1230", "s"), 8123);
  strictEqual(readSeconds(1e-3, "s"), 1);
  strictEqual(readSeconds(3600, "s"), 3_600_000);
  throws(() => readSeconds(0.0001, "s"), refused("invalid_field", /at most 3 decimals/));
  throws(() => readSeconds(-1.5, "s"), refused("negative_tokens"));
  throws(() => readSeconds(true, "s"), refused("invalid_field"));
});

Deno.test("readSeconds() gives back every count of milliseconds", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e11 }), (milliseconds) => {
    const text = `${Math.floor(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, "0")}`;
    strictEqual(readSeconds(text, "s"), milliseconds);
    strictEqual(readSeconds(Number(text), "s"), milliseconds);
  }));
});

Deno.test("readId() keeps texts, writes whole numbers out, and refuses numbers that were rounded", () => {
  strictEqual(readId(" a ", "id"), " a ");
  strictEqual(readId(42, "id"), "42");
  strictEqual(readId("", "id"), undefined);
  throws(() => readId(9007199254740993, "id"), refused("invalid_id"));
  throws(() => readId(1.5, "id"), refused("invalid_id"));
  throws(() => readId({}, "id"), refused("invalid_id"));
});

Deno.test("readText() keeps texts byte for byte and refuses everything else", () => {
  strictEqual(readText(" gpt-4 \u00e9", "model"), " gpt-4 \u00e9");
  strictEqual(readText(null, "model"), undefined);
  throws(() => readText(4, "model"), refused("invalid_field", /^Cannot read model 4: give a text$/));
  strictEqual(readLabel(4, "user"), "4");
  throws(() => readLabel(4.5, "user"), refused("invalid_field"));
});

Deno.test("readAmountText() keeps the decimal as it stood", () => {
  strictEqual(readAmountText("0.10", "cost"), "0.10");
  strictEqual(readAmountText(0.000001, "cost"), "0.000001");
  strictEqual(readAmountText(1e-7, "cost"), "1e-7");
  strictEqual(readAmountText("", "cost"), undefined);
  for (const value of ["$1", "1,5", true, Infinity, NaN, "1".repeat(129), " 1"]) {
    throws(() => readAmountText(value, "cost"), refused("invalid_field"));
  }
});

Deno.test("readLatency() rounds to whole milliseconds", () => {
  strictEqual(readLatency(1234.6, "latency_ms"), 1235);
  strictEqual(readLatency("12.4", "latency_ms"), 12);
  throws(() => readLatency("fast", "latency_ms"), refused("invalid_field"));
});

Deno.test("readObject() takes objects, and JSON text of them where a cell may hold it", () => {
  deepStrictEqual(readObject({ a: 1 }, "o"), { a: 1 });
  strictEqual(readObject([], "o"), undefined);
  throws(() => readObject([1], "o"), refused("invalid_field"));
  throws(() => readObject("x", "o"), refused("invalid_field"));
  deepStrictEqual(readObjectOrText('{"a":1}', "o"), { a: 1 });
  throws(() => readObjectOrText("team=x", "o"), refused("invalid_field", /give an object$/));
});
