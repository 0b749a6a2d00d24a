import { strict as assert } from "node:assert";
import { withoutTimes, withServer } from "./remote_place.ts";
import { inPlace, type Place } from "./program.ts";

const DAY_MS = 86_400_000;
const WEEK = [100, 120, 110, 130, 120, 40, 30];
const RANGE = ["--since", "2025-04-01", "--until", "2025-04-30"];

/**
 * Ninety days of one model at 1 dollar a million tokens in two projects. On 14 April (day 70, a Monday) each request of
 * "chat" has three times its tokens; the other days are of the same weekly pattern, give or take a twentieth.
 */
async function seed({ run }: Place): Promise<void> {
  const price = ["prices", "set", "house", "--provider", "in-house", "--input", "1", "--output", "1"];
  assert.equal((await run([...price, "--from", "2024-01-01"])).code, 0);
  const lines = Array.from({ length: 90 }, (_, at) => {
    const timestamp = new Date(Date.UTC(2025, 1, 3, 12) + at * DAY_MS).toISOString();
    const requests = WEEK[at % 7]! + (at * at) % 7;
    return ["chat", "search"].map((project) =>
      JSON.stringify({
        id: `${project}-${at}`,
        timestamp,
        provider: "in-house",
        model: "house",
        project,
        requests,
        input_tokens: requests * 100_000 * (at === 70 && project === "chat" ? 3 : 1),
        output_tokens: 0,
      })
    );
  });
  const { code, err } = await run(["ingest"], lines.flat().join("\n"));
  assert.equal(code, 0, err);
}

interface Row {
  readonly [column: string]: string | number | null;
}

Deno.test("costops anomalies names a day, its cause in dollars and the project, and its causes add up", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const { code, out, err } = await place.run(["anomalies", ...RANGE, "--json"]);
    assert.deepEqual([code, err], [0, ""]);
    const { report, rows } = JSON.parse(out) as { report: Record<string, Row[]>; rows: Row[] };
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.deepEqual([row!.since, row!.until, row!.series, row!.direction, row!.state], [
      "2025-04-14",
      "2025-04-15T00:00:00Z",
      "total",
      "above",
      "over",
    ]);
    // 100 requests of 100,000 tokens in each project; chat's have 300,000.
    assert.equal(row!.actual_usd, "40.000000000");
    assert.match(String(row!.cause), /^tokens per request \+\$/);
    assert.match(String(row!.where), /^project=chat \+\$/);
    const nanos = (text: unknown) => BigInt(String(text).replace(".", ""));
    const sum = (name: string) => report[name]!.reduce((sum, { amount_usd }) => sum + nanos(amount_usd), 0n);
    assert.equal(nanos(row!.actual_usd) - nanos(row!.expected_estimate_usd), nanos(row!.impact_usd));
    assert.deepEqual([sum("causes"), sum("contributors")], [nanos(row!.impact_usd), nanos(row!.impact_usd)]);
    assert.equal(report.periods!.length, 30);
    const again = await place.run(["anomalies", "--since", "2025-04-10", "--until", "2025-04-20", "--json"]);
    assert.equal(JSON.parse(again.out).rows[0].id, row!.id);
  });
});

Deno.test("costops anomalies --fail-on-anomaly exits 11 when there is one, and 0 when none is large enough", async () => {
  await inPlace(async (place) => {
    await seed(place);
    const found = await place.run(["anomalies", ...RANGE, "--fail-on-anomaly", "--format", "csv"]);
    assert.equal(found.code, 11);
    assert.equal(found.out.split("\n").length, 3);
    const none = await place.run(["anomalies", ...RANGE, "--fail-on-anomaly", "--min-impact", "1000"]);
    assert.equal(none.code, 0);
    const bad = await place.run(["anomalies", ...RANGE, "--probability", "2"]);
    assert.equal(bad.code, 2);
  });
});

Deno.test("costops anomalies and report anomaly say the same of a server, in every format", async () => {
  await withServer(async ({ both }) => {
    for (const format of ["csv", "json", "ndjson", "md", "html", "table"]) {
      for (const command of [["anomalies"], ["report", "anomaly"]]) {
        const { local, remote } = await both([...command, ...RANGE, "--format", format]);
        assert.deepEqual([local.code, local.err], [0, ""]);
        assert.deepEqual(withoutTimes(local), withoutTimes(remote));
        assert.ok(local.out.includes("2025-04-14"), format);
      }
    }
    const { local } = await both(["report", "anomaly", ...RANGE, "--format", "html"]);
    assert.match(local.out, /<title>2025-04-14 Above what is usual: \$40.00<\/title>/);
  }, { seed });
});

Deno.test("costops anomalies ack: what was called normal is not told again, on a server alike", async () => {
  await withServer(async ({ place, both, remote }) => {
    const { id } = JSON.parse((await place.run(["anomalies", ...RANGE, "--json"])).out).rows[0];
    const unknown = await both(["anomalies", "ack", "nothing", "--normal", ...RANGE]);
    assert.deepEqual([unknown.local.code, unknown.remote.code], [3, 3]);
    assert.deepEqual(unknown.local.err, unknown.remote.err);
    const { local, remote: there } = await both(["anomalies", "ack", id, "--normal", ...RANGE]);
    assert.deepEqual([local.code, local.err], [0, ""]);
    assert.deepEqual(local, there);
    assert.match(
      local.out,
      /^total since 2025-04-14T00:00:00Z is normal: above what was usual, about 40.000000000 a day/,
    );
    for (const side of [place.run, remote]) {
      const { code, out } = await side(["anomalies", ...RANGE, "--json", "--fail-on-anomaly"]);
      assert.deepEqual([code, JSON.parse(out).rows], [0, []]);
    }
    // Said again it stays as it is.
    assert.equal((await place.run(["anomalies", "ack", id, "--normal", ...RANGE])).code, 0);
  }, { seed });
});
