import assert from "node:assert/strict";
import { LIMITS } from "../../../core/limits.ts";
import { type InputItem, readInput } from "../../../core/usage/reader.ts";

/** Reads bytes that come in pieces of `step`. */
async function read(input: string | Uint8Array, step = 7): Promise<InputItem[]> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += step) yield bytes.slice(at, at + step);
  }
  return (await Array.fromAsync(readInput(pieces()))).flat();
}

const values = (items: readonly InputItem[]) => items.map(({ value, rejection }) => value ?? rejection?.code);
const lines = (items: readonly InputItem[]) => items.map(({ line }) => line);

Deno.test("readInput() reads NDJSON at any chunk size, with LF, CRLF and no end", async () => {
  for (const step of [1, 2, 7, 1000]) {
    const items = await read('{"a":1}\r\n\n{"b":"é€😀"}\n{"c":3}', step);
    assert.deepEqual(values(items), [{ a: 1 }, { b: "é€😀" }, { c: 3 }]);
    assert.deepEqual(lines(items), [1, 3, 4]);
  }
});

Deno.test("readInput() refuses a truncated line of NDJSON and keeps its neighbours", async () => {
  const middle = await read('{"a":1}\n{"b":2, "c\n{"d":3}\n');
  assert.deepEqual(values(middle), [{ a: 1 }, "unreadable_json", { d: 3 }]);
  assert.equal(middle[1]!.text, '{"b":2, "c');
  assert.deepEqual(values(await read('{"a":1, "b\n{"b":2}\n{"c":3}')), ["unreadable_json", { b: 2 }, { c: 3 }]);
  assert.deepEqual(values(await read('no json\n{"b":2}')), ["unreadable_json", { b: 2 }]);
});

Deno.test("readInput() reads one object over several lines, and several one after another", async () => {
  const items = await read('{\n  "a": {\n "x": "}\\"" }\n}\n\n{\n  "b": 2\n}');
  assert.deepEqual(values(items), [{ a: { x: '}"' } }, { b: 2 }]);
  assert.deepEqual(lines(items), [1, 6]);
});

Deno.test("readInput() reads the elements of an array, compact or not, each refused alone", async () => {
  assert.deepEqual(values(await read('[{"a":1},{"b":"],["},{"c":[{}]}]')), [{ a: 1 }, { b: "],[" }, { c: [{}] }]);
  const items = await read('[\n  {"a":1},\n  {"b":nul},\n  7,\n  {"c":3}\n]\n');
  assert.deepEqual(values(items), [{ a: 1 }, "unreadable_json", "not_an_object", { c: 3 }]);
  assert.deepEqual(lines(items), [2, 3, 4, 5]);
});

Deno.test("readInput() keeps what came before the end of a truncated document", async () => {
  assert.deepEqual(values(await read('[{"a":1}, {"b":')), [{ a: 1 }, "unreadable_json"]);
  assert.deepEqual(values(await read('[{"a":1},')), [{ a: 1 }, "unreadable_json"]);
  assert.deepEqual(values(await read('{\n "a": 1,\n')), ["unreadable_json"]);
});

Deno.test("readInput() reads CSV by its header, quoted cells over lines, and refuses short rows alone", async () => {
  const items = await read('model,input_tokens,id\r\ngpt-4,1,"a,""b"\r\ngpt-4,2\r\ngpt-4,3,"x\ny"\r\n');
  assert.deepEqual(values(items), [
    { model: "gpt-4", input_tokens: "1", id: 'a,"b' },
    "unreadable_csv",
    { model: "gpt-4", input_tokens: "3", id: "x\ny" },
  ]);
  assert.equal(items[1]!.header, "model,input_tokens,id");
  assert.equal(items[1]!.text, "gpt-4,2");
});

Deno.test("readInput() refuses a CSV whose header names a column twice", async () => {
  await assert.rejects(() => read("model,tokens,tokens\na,1,2\n"), /two columns named "tokens"/);
});

Deno.test("readInput() refuses bytes that are no UTF-8 alone, keeping them as they stood", async () => {
  const bytes = new Uint8Array([0x7b, 0x7d, 10, 0x7b, 0xff, 0xfe, 10, 0x7b, 0x7d]);
  const items = await read(bytes, 100);
  assert.deepEqual(values(items), [{}, "invalid_utf8", {}]);
  assert.deepEqual([...items[1]!.bytes!], [0x7b, 0xff, 0xfe]);
});

Deno.test("readInput() drops a byte order mark", async () => {
  assert.deepEqual(values(await read('\uFEFF{"a":1}\n{"b":2}')), [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(values(await read("\uFEFFmodel,id\nm,1\n")), [{ model: "m", id: "1" }]);
});

Deno.test("readInput() refuses a line beyond the limit without keeping it, and reads on", async () => {
  const long = new Uint8Array(LIMITS.line_bytes + 2).fill(0x61);
  const bytes = new Uint8Array([...new TextEncoder().encode('{"a":1}\n'), ...long.subarray(0, 10)]);
  async function* pieces() {
    yield bytes;
    yield long;
    yield new TextEncoder().encode('\n{"b":2}\n');
  }
  const items = (await Array.fromAsync(readInput(pieces()))).flat();
  assert.deepEqual(values(items), [{ a: 1 }, "line_too_long", { b: 2 }]);
  assert.equal(items[1]!.text, "");
});

Deno.test("readInput() finds nothing in an empty input and in blank lines", async () => {
  assert.deepEqual(await read(""), []);
  assert.deepEqual(await read("\n \n\r\n"), []);
  assert.deepEqual(await read("[]"), []);
});

Deno.test("readInput() keeps every digit of a cost", async () => {
  const items = await read('{"id":"a","cost":0.003835980000000000000000000001,"n":1.5}');
  assert.deepEqual(values(items), [{ id: "a", cost: "0.003835980000000000000000000001", n: 1.5 }]);
});

Deno.test("readInput() tells the layout as soon as the first line does, and none of an input without values", async () => {
  const layoutOf = async (text: string) => {
    const told: string[] = [];
    async function* pieces() {
      yield new TextEncoder().encode(text);
    }
    await Array.fromAsync(readInput(pieces(), { onLayout: (layout) => told.push(layout) }));
    return told;
  };
  assert.deepEqual(await layoutOf('{"a":1}\n'), ["ndjson"]);
  assert.deepEqual(await layoutOf('{\n"a":1}\n'), ["json"]);
  assert.deepEqual(await layoutOf('[{"a":1}]'), ["json"]);
  assert.deepEqual(await layoutOf("id,model\n"), ["csv"]);
  assert.deepEqual(await layoutOf("\n \n"), []);
});

/** One piece of an input, and its end when the promise is kept. */
async function* giveAndWait(text: string, end: Promise<void>) {
  yield new TextEncoder().encode(text);
  await end;
}

Deno.test("readInput() gives the first record of a live input before there is a second", async () => {
  for (const text of ['{"a":1}\n', "id,model\n1,gpt-4\n2,gpt-4\n"]) {
    const waiting = Promise.withResolvers<void>();
    const items = readInput(giveAndWait(text, waiting.promise));
    assert.equal((await items.next()).value?.length, 1);
    waiting.resolve();
    await items.return(undefined);
  }
});

Deno.test("readInput() reads the rest of an NDJSON input, its lines counted from where it begins", async () => {
  async function* pieces() {
    yield new TextEncoder().encode('id,model\n\n{"a":1}\n');
  }
  const items = (await Array.fromAsync(readInput(pieces(), { rest_from_line: 41 }))).flat();
  assert.deepEqual(values(items), ["unreadable_json", { a: 1 }]);
  assert.deepEqual(lines(items), [41, 43]);
});
