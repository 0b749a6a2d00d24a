import assert from "node:assert/strict";
import { lookInto } from "./look.ts";
import { inPlace, type Place } from "./program.ts";

const JANUARY = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const RECORDS = 100_000;

/** Records r0, r1, …: 7 and 3 tokens of gpt-4 each, two in three of them a day later, spread over ten projects. */
async function writeRecords({ folder }: Place): Promise<void> {
  using file = await Deno.open(`${folder}/usage.ndjson`, { create: true, write: true });
  const encoder = new TextEncoder();
  for (let start = 0; start < RECORDS; start += 10_000) {
    let text = "";
    for (let at = start; at < start + 10_000; at++) {
      const day = at % 3 === 0 ? "05" : "06";
      text += `{"id":"r${at}","timestamp":"2026-01-${day}T10:00:00Z","provider":"openai","model":"gpt-4",` +
        `"project":"p${at % 10}","prompt_tokens":7,"completion_tokens":3}\n`;
    }
    const bytes = encoder.encode(text);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  }
}

/** 100,000 x (7 x 0.00003 + 3 x 0.00006) */
const TOTAL = "gpt-4,100000,700000,0,0,300000,1000000,39.000000000,0";
/** 33,334 and 66,666 x 0.00039 */
const BY_DAY = [
  "2026-01-05,33334,233338,0,0,100002,333340,13.000260000,0",
  "2026-01-06,66666,466662,0,0,199998,666660,25.999740000,0",
];

async function assertComplete({ run }: Place): Promise<void> {
  assert.equal((await run(JANUARY)).out.split("\n")[1], TOTAL);
  assert.deepEqual((await run([...JANUARY, "--group-by", "day"])).out.trimEnd().split("\n").slice(1), BY_DAY);
  // The session is in no roll-up, so this is summed from the rows themselves.
  const bySession = await run([...JANUARY, "--group-by", "session"]);
  assert.equal(bySession.out.split("\n")[1], TOTAL.replace("gpt-4", ""));
  const doctor = await run(["db", "doctor"]);
  assert.equal(doctor.code, 0, doctor.out + doctor.err);
}

/** Requests that are stored now; 0 while there is no database. */
async function countStored({ run }: Place): Promise<number> {
  return Number((await run(JANUARY)).out.split("\n")[1]?.split(",")[1] ?? 0);
}

/** Waits until more records than these are stored. */
async function untilMoreThan({ database }: Place, records: number): Promise<void> {
  const count = async () => Number(await lookInto(database, "select count(*) as value from usage") ?? 0);
  while (await count() <= records) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("costops ingest: killed twice at different moments and run again, every record is there once", async () => {
  await inPlace(async (place) => {
    await writeRecords(place);
    const lines = (await Deno.readTextFile(`${place.folder}/usage.ndjson`)).split(/(?<=\n)/);
    let before = -1;
    // However late the kill comes, the input has not ended.
    for (const [given, wanted] of [[40_000, 5_000], [80_000, 45_000]] as const) {
      const child = place.startPiped(["ingest"]);
      const ended = Promise.all([child.status, child.stderr.cancel(), child.stdout.cancel()]);
      const writer = child.stdin.getWriter();
      const written = writer.write(new TextEncoder().encode(lines.slice(0, given).join(""))).catch(() => {});
      await untilMoreThan(place, wanted);
      child.kill("SIGKILL");
      assert.equal((await ended)[0].signal, "SIGKILL");
      await written;
      await writer.abort().catch(() => {});
      const stored = await countStored(place);
      assert.ok(stored > before && stored < RECORDS, `${stored} records were stored when it was killed`);
      before = stored;
      assert.equal((await place.run(["db", "doctor"])).code, 0);
    }
    const again = await place.shell('exec "$@" < usage.ndjson', ["ingest"]);
    assert.equal(again.code, 0, again.err);
    const counts = /^read 100000 \/ inserted (\d+) \/ duplicate (\d+) \/ conflict 0 \/ rejected 0 /.exec(again.err);
    assert.ok(counts !== null, again.err);
    assert.equal(Number(counts[2]), before);
    assert.equal(Number(counts[1]), RECORDS - before);
    await assertComplete(place);
  });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`costops ingest: ${signal} ends with ${code} and says what is stored`, async () => {
    await inPlace(async (place) => {
      const child = place.startPiped(["ingest"]);
      const ended = Promise.all([child.status, new Response(child.stderr).text(), child.stdout.cancel()]);
      const writer = child.stdin.getWriter();
      const lines = Array.from(
        { length: 5_000 },
        (_, at) =>
          `{"id":"r${at}","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":7}\n`,
      );
      await writer.write(new TextEncoder().encode(lines.join("")));
      await until(async () => await countStored(place) === 5_000);
      child.kill(signal);
      const [status, err] = await ended;
      await writer.abort().catch(() => {});
      assert.equal(status.code, code);
      assert.match(err, /^read 5000 \/ inserted 5000 \/ duplicate 0 \/ conflict 0 \/ rejected 0 \/ unpriced 0$/m);
      assert.match(err, /Stopped: what is counted is stored/);
      assert.doesNotMatch(err, /^\s+at |Uncaught/m);
      assert.equal((await place.run(["db", "doctor"])).code, 0);
      // 5,000 x 7 x 0.00003
      assert.equal((await place.run(JANUARY)).out.split("\n")[1], "gpt-4,5000,35000,0,0,0,35000,1.050000000,0");
    });
  });
}

/** Looks again until it holds, for at most half a minute. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("it did not come true within its time");
}
