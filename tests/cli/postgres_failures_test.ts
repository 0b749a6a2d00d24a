import assert from "node:assert/strict";
import { type PostgresServer, startPostgres } from "../db/postgres_server.ts";
import { inPlace } from "./program.ts";

const RECORD = '{"id":"r1","timestamp":"2026-01-05T10:00:00Z","provider":"openai","model":"gpt-4","prompt_tokens":7}\n';
const REPORT = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];

/** Runs `costops ingest` and `costops report` on a database; their exit codes and what they say on stderr. */
async function runBoth(url: string): Promise<{ codes: number[]; said: string[]; out: string }> {
  const codes: number[] = [];
  const said: string[] = [];
  let out = "";
  await inPlace(async ({ run }) => {
    for (const finished of [await run(["ingest"], RECORD), await run(REPORT)]) {
      codes.push(finished.code);
      said.push(finished.err);
      out += finished.out;
    }
  }, { DATABASE_URL: url });
  return { codes, said, out };
}

async function withServer(test: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = await startPostgres({ isInMemory: true, hasPassword: true });
  try {
    await test(server);
  } finally {
    await server.dispose();
  }
}

Deno.test("costops on Postgres stores and reports, and ends with 6 while the server is away and 1 at a wrong password", async () => {
  await withServer(async (server) => {
    const works = await runBoth(server.url);
    assert.deepEqual(works.codes, [0, 0], works.said.join("\n"));
    // 7 x 0.00003
    assert.equal(works.out.split("\n").at(-2), "gpt-4,1,7,0,0,0,7,0.000210000,0");

    const wrong = new URL(server.url);
    wrong.password = "hunter2";
    const shown = `postgres://postgres:***@127.0.0.1:${server.port}/postgres`;
    const refused = await runBoth(wrong.href);
    const noEntry =
      `Cannot connect to "${shown}": password authentication failed for user "postgres"; check user and password`;
    assert.deepEqual(refused.codes, [1, 1]);
    for (const text of refused.said) assertSays(text, noEntry);
    assert.equal(refused.out, "");

    await server.stop("fast");
    const away = await runBoth(server.url);
    assert.deepEqual(away.codes, [6, 6]);
    for (const text of away.said) {
      assertSays(text, `Cannot connect to "${shown}": nobody answers there; is the server running?`);
    }
    assert.equal(away.out, "");
  });
});

function assertSays(text: string, message: string): void {
  assert.ok(text.includes(message), text);
  assert.doesNotMatch(text, /hunter2|Uncaught|^\s+at /m);
}

Deno.test("costops ingest that loses its server ends with 6, says what is stored, and a run after it stores the rest", async () => {
  await withServer(async (server) => {
    await inPlace(async ({ startPiped, run }) => {
      const lines = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, at) => RECORD.replace("r1", `r${from + at}`)).join("");
      const child = startPiped(["ingest"]);
      const ended = Promise.all([child.status, new Response(child.stderr).text(), child.stdout.cancel()]);
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(lines(0, 3_000)));
      await untilStored(async () => (await run(REPORT)).out.includes("gpt-4,3000,"));
      await server.stop("immediate");
      await writer.write(new TextEncoder().encode(lines(3_000, 6_000)));
      await writer.close();
      const [status, err] = await ended;
      assert.equal(status.code, 6, err);
      assertSays(err, "nobody answers there; is the server running?");
      await server.start();
      const again = await run(["ingest"], lines(0, 6_000));
      assert.match(again.err, /^read 6000 \/ inserted 3000 \/ duplicate 3000 \/ conflict 0 \/ rejected 0 /m);
      const doctor = await run(["db", "doctor"]);
      assert.equal(doctor.code, 0, doctor.out + doctor.err);
    }, { DATABASE_URL: server.url });
  });
});

/** Looks again until it holds, for at most half a minute. */
async function untilStored(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("it did not come true within its time");
}
