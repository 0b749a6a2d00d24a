import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";

const MONTH = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
const MEBIBYTE = 1024 * 1024;
/** What the program takes at most, however large the file is; the start alone takes some 100 MiB. */
const MOST_MEMORY = 400 * MEBIBYTE;

/** Writes lines until the file has so many bytes or lines; how many lines it has. */
async function writeLines(
  path: string,
  { line, bytes, lines }: { line: (at: number) => string; bytes: number; lines: number },
): Promise<number> {
  using file = await Deno.open(path, { create: true, write: true });
  const encoder = new TextEncoder();
  let at = 0;
  for (let written = 0; written < bytes && at < lines;) {
    let text = "";
    while (text.length < MEBIBYTE && at < lines) text += line(at++);
    const encoded = encoder.encode(text);
    for (let done = 0; done < encoded.length;) done += await file.write(encoded.subarray(done));
    written += encoded.length;
  }
  return at;
}

/** Imports a file and says how quick it was; the most memory that the program had. */
async function importMeasured(place: Place, { name, records }: { name: string; records: number }): Promise<number> {
  const started = performance.now();
  const child = place.start(["import", name]);
  const ended = child.output();
  let hasEnded = false;
  ended.then(() => hasEnded = true);
  let memory = 0;
  while (!hasEnded) {
    memory = Math.max(memory, await readPeakMemory(child.pid));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { code, stderr } = await ended;
  const err = new TextDecoder().decode(stderr);
  assert.equal(code, 0, err);
  assert.match(err, new RegExp(`^read ${records} / inserted ${records} /`, "m"));
  const seconds = (performance.now() - started) / 1000;
  const { size } = await Deno.stat(`${place.folder}/${name}`);
  const rate = Math.round(records / seconds);
  console.log(
    `${name}: ${records} records, ${Math.round(size / MEBIBYTE)} MiB in ${seconds.toFixed(1)} s, ${rate} records/s, ` +
      `${Math.round(memory / MEBIBYTE)} MiB of memory at most`,
  );
  return memory;
}

/** The largest resident set so far, in bytes; 0 when the process has just ended. */
async function readPeakMemory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

const twoDigits = (number: number) => String(number).padStart(2, "0");
const instant = (at: number) =>
  `2026-01-${twoDigits(at % 28 + 1)}T${twoDigits(at % 24)}:${twoDigits(at % 60)}:${twoDigits(at % 59)}Z`;

Deno.test("costops import: a file of 1 GB takes no more memory than a small one", async () => {
  await inPlace(async (place) => {
    const line = (at: number) =>
      `{"id":"request-${at}","timestamp":"${instant(at)}","provider":"openai","model":"gpt-4","project":"p${
        at % 10
      }",` +
      `"user":"u${at % 100}","environment":"production","tags":{"team":"t${
        at % 5
      }","stage":"final"},"operation":"chat",` +
      `"latency_ms":${at % 5_000},"prompt_tokens":7,"completion_tokens":3,"trace":"${"0123456789abcdef".repeat(8)}"}\n`;
    const records = await writeLines(`${place.folder}/big.ndjson`, { line, bytes: 1_000_000_000, lines: Infinity });
    const memory = await importMeasured(place, { name: "big.ndjson", records });
    assert.ok(memory < MOST_MEMORY, `${memory} bytes`);
    // 7 x 0.00003 + 3 x 0.00006 = 0.00039 each
    const cost = `${Math.floor(records * 39 / 100_000)}.${String(records * 39 % 100_000).padStart(5, "0")}0000`;
    const total = `gpt-4,${records},${records * 7},0,0,${records * 3},${records * 10},${cost},0`;
    assert.equal((await place.run(MONTH)).out.split("\n")[1], total);
  });
});

Deno.test("costops import: 200,000 calls of Claude Code's session logs", async () => {
  await inPlace(async (place) => {
    const line = (at: number) =>
      `{"parentUuid":null,"isSidechain":false,"userType":"external","cwd":"/home/ana/work/search","sessionId":"s-${
        at >> 9
      }","version":"2.0.1","gitBranch":"main","type":"assistant","uuid":"u-${at}","timestamp":"${instant(at)}",` +
      `"requestId":"req_${at}","message":{"id":"msg_${at}","type":"message","role":"assistant",` +
      `"model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"${
        "a line of an answer ".repeat(10)
      }"}],` +
      `"stop_reason":null,"usage":{"input_tokens":4,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,` +
      `"output_tokens":20,"service_tier":"standard"}}}\n`;
    const records = await writeLines(`${place.folder}/session.jsonl`, { line, bytes: Infinity, lines: 200_000 });
    const memory = await importMeasured(place, { name: "session.jsonl", records });
    assert.ok(memory < MOST_MEMORY, `${memory} bytes`);
    const [row] = (await place.run(MONTH)).out.split("\n").slice(1);
    assert.ok(row!.startsWith("claude-sonnet-4-5-20250929,200000,800000,200000000,20000000,4000000,224800000,"), row!);
  });
});
