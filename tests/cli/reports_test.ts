import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";
import { makeKey, startServing, stopServing } from "./serving.ts";

const RECORD = '{"id":"a","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","input_tokens":1000,' +
  '"output_tokens":10,"project":"search"}\n';
const QUERY = ["--since", "2026-01-01", "--until", "2026-01-31", "--group-by", "day,project"];
const SCOPES = ["report:create", "report:read", "report:delete", "cost:read"];
const CSV =
  "day,project,requests,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,total_tokens,cost_usd," +
  "unpriced_records\n2026-01-05,search,1,1000,0,0,10,1010,0.030600000,0\n";

/** What all commands print, ids and times apart: on the database, or on the server that the flags name. */
async function useReports({ run, folder }: Place, where: readonly string[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  const keep = ({ code, out, err }: { code: number; out: string; err: string }, id = "") => {
    const text = (said: string) =>
      said.replaceAll(id === "" ? "\0" : id, "ID").replaceAll(/20[2-9]\d-\d\d-\d\dT[\d:.]+Z/g, "TIME")
        .replace(/"created_by": "[^"]*"/, '"created_by": "WHO"');
    seen.push([code, text(out), text(err)]);
  };
  const made = await run(["reports", "create", "cost", ...QUERY, ...where]);
  const id = made.out.trim();
  keep(made, id);
  keep(await run(["reports", "get", id, "--json", ...where]), id);
  keep(await run(["reports", "list", ...where]), id);
  keep(await run(["reports", "list", "--json", ...where]), id);
  keep(await run(["reports", "download", id, ...where]), id);
  keep(await run(["reports", "download", id, "-o", "costs.csv", ...where]), id);
  seen.push(await Deno.readTextFile(`${folder}/costs.csv`));
  keep(await run(["reports", "delete", id, ...where]), id);
  keep(await run(["reports", "delete", id, "--yes", ...where]), id);
  keep(await run(["reports", "download", id, "-o", "again.csv", ...where]), id);
  keep(await run(["reports", "create", "cost", "--since", "2026-02-31", ...where]));
  keep(await run(["reports", "create", "costs", ...where]));
  keep(await run(["reports", "create", "usage", "--format", "focus", ...where]));
  return seen;
}

Deno.test("costops reports: the same on a database and on a server", async () => {
  await inPlace(async (place) => {
    await place.run(["ingest"], RECORD);
    const local = await useReports(place, []);
    const [created, job, list, , printed, , file] = local as [number, string, string][];
    assert.equal(created![0], 0, created![2]);
    assert.equal(created![1], "ID\n");
    assert.match(created![2], /^Made the report ID: \d+ bytes; costops reports download ID takes it\n$/);
    assert.equal(JSON.parse(job![1]).status, "completed");
    assert.match(list![1], /^id +type +format +status +bytes +created +expires\nID +cost +csv +completed +\d+/);
    assert.deepEqual([printed, file], [[0, CSV, ""], CSV]);
    assert.equal((await place.run(["report", "cost", ...QUERY, "--format", "csv"])).out, CSV);
    assert.deepEqual((local as [number][]).slice(7).map(([code]) => code), [2, 0, 3, 2, 2, 2]);
    const key = await makeKey(place, SCOPES);
    await place.write("key", key);
    const serving = await startServing(place);
    const remote = await useReports(place, ["--server", serving.url, "--api-key-file", "key"]);
    assert.deepEqual(remote, local);
    const stopped = await stopServing(serving);
    assert.equal(stopped.code, 0, stopped.err);
  });
});

Deno.test("costops reports create --no-wait leaves the report to a server of the same database", async () => {
  await inPlace(async (place) => {
    await place.run(["ingest"], RECORD);
    const { out, err } = await place.run(["reports", "create", "cost", ...QUERY, "--no-wait"]);
    const id = out.trim();
    assert.equal(err, `Asked for ${id}; costops reports download ${id} takes it\n`);
    const early = await place.run(["reports", "download", id]);
    assert.deepEqual([early.code, early.out], [6, ""]);
    const serving = await startServing(place);
    let finished = await place.run(["reports", "download", id]);
    while (finished.code === 6) finished = await place.run(["reports", "download", id]);
    assert.deepEqual([finished.code, finished.out], [0, CSV]);
    await stopServing(serving);
  });
});
