import { strict as assert } from "node:assert";
import { inPlace } from "./program.ts";

const CONSTANT = JSON.stringify({ id: "a", frequency: "daily", values: Array(21).fill(5), horizon: 2 });

Deno.test("costops forecast --series - writes a line for each series, without a database", async () => {
  await inPlace(async ({ run, database }) => {
    const { code, out, err } = await run(["forecast", "--series", "-"], `${CONSTANT}\n\n${CONSTANT}`);
    assert.deepEqual([code, err], [0, ""]);
    const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, 2);
    assert.deepEqual(
      [lines[0].id, lines[0].mean, lines[0].lower, lines[0].upper, lines[0].level],
      ["a", [5, 5], [5, 5], [5, 5], 0.95],
    );
    assert.deepEqual(lines[0].cumulative.mean, [5, 10]);
    await assert.rejects(Deno.stat(database), Deno.errors.NotFound);
  });
});

Deno.test("costops forecast --series tells every line that it cannot read, answers the others and exits 7", async () => {
  await inPlace(async ({ run, write, folder }) => {
    const series = [
      CONSTANT,
      "{",
      '{"id":"b","frequency":"yearly","values":[1],"horizon":1}',
      '{"id":"c","frequency":"daily","values":[1,-1],"horizon":1}',
      '{"id":"d","frequency":"daily","values":[1,null,2],"horizon":0}',
    ];
    const path = await write("series.ndjson", series.join("\n"));
    const { code, out, err } = await run(["forecast", "--series", path, "--level", "0.8", "-o", "out.ndjson"]);
    assert.deepEqual([code, out], [7, ""]);
    const told = err.trimEnd().split("\n");
    assert.deepEqual(
      told.map((line) => /:(\d+): rejected: Cannot read/.exec(line)?.[1]),
      ["2", "3", "4", "5"],
    );
    assert.match(told[1]!, /"frequency" of the series/);
    assert.match(told[2]!, /"values\/1" of the series/);
    assert.match(told[3]!, /"horizon" of the series/);
    assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/out.ndjson`)).level, 0.8);
  });
});

Deno.test("costops forecast --series refuses what it cannot work with before it writes", async () => {
  await inPlace(async ({ run, write, folder }) => {
    const missing = await run(["forecast", "--series", "missing.ndjson", "-o", "out.ndjson"]);
    assert.equal(missing.code, 3);
    assert.match(missing.err, /Cannot read --series "missing.ndjson": there is no such file/);
    await assert.rejects(Deno.stat(`${folder}/out.ndjson`), Deno.errors.NotFound);
    const path = await write("series.ndjson", CONSTANT);
    const same = await run(["forecast", "--series", path, "-o", path]);
    assert.equal(same.code, 2);
    assert.match(same.err, /it is what is read/);
    const level = await run(["forecast", "--series", path, "--level", "95"]);
    assert.equal(level.code, 2);
    assert.match(level.err, /a number between 0 and 1/);
  });
});
