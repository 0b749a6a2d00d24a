import { strict as assert } from "node:assert";
import { inPlace } from "./program.ts";

const WEEK = [10, 12, 11, 13, 12, 4, 3];
const DAYS = Array.from({ length: 70 }, (_, at) => new Date(Date.UTC(2026, 0, 5 + at)).toISOString().slice(0, 10));
const line = (id: string, values: readonly unknown[], timestamps: readonly unknown[] = DAYS) =>
  JSON.stringify({ id, timestamps, values });
const spiked = DAYS.map((_, at) => at === 60 ? 40 : WEEK[at % 7]! + (at * at % 11) / 20);

Deno.test("costops anomalies --series - writes scores and flags for each series, without a database", async () => {
  await inPlace(async ({ run, database }) => {
    const { code, out, err } = await run(
      ["anomalies", "--series", "-"],
      `${line("a", spiked)}\n\n${line("b", spiked)}`,
    );
    assert.deepEqual([code, err], [0, ""]);
    const lines = out.trimEnd().split("\n").map((text) => JSON.parse(text));
    assert.deepEqual(lines.map(({ id }) => id), ["a", "b"]);
    assert.deepEqual([lines[0].score.length, lines[0].flag.length], [70, 70]);
    assert.equal(lines[0].flag.indexOf(true), 60);
    await assert.rejects(Deno.stat(database), Deno.errors.NotFound);
  });
});

Deno.test("costops anomalies --series tells every line that it cannot read, answers the others and exits 7", async () => {
  await inPlace(async ({ run, write, folder }) => {
    const series = [line("a", spiked), "{", line("b", [1, 2]), line("c", ["x"], ["2026-01-05"])];
    const path = await write("series.ndjson", series.join("\n"));
    const { code, out, err } = await run(["anomalies", "--series", path, "-o", "out.ndjson"]);
    assert.deepEqual([code, out], [7, ""]);
    const told = err.trimEnd().split("\n");
    assert.deepEqual(told.map((text) => /:(\d+): rejected: Cannot read/.exec(text)?.[1]), ["2", "3", "4"]);
    assert.equal((await Deno.readTextFile(`${folder}/out.ndjson`)).split("\n").length, 2);
  });
});
