import assert from "node:assert/strict";
import { inPlace, type Place } from "./program.ts";
import { makeKey, MEASURED, type Serving, slowBody, untilInFlight, watchServing } from "./serving.ts";

const VARIABLES = { RATE_LIMIT_PER_SECOND: "1000000", RATE_LIMIT_BURST: "1000000" };

/** A batch of 100 records of a kilobyte. */
const makeBatch = (from: number) =>
  Array.from({ length: 100 }, (_, at) => ({
    id: `r${from + at}`,
    timestamp: "2026-01-05T10:00:00Z",
    provider: "openai",
    model: "gpt-4",
    prompt_tokens: 7,
    note: "x".repeat(1_000),
  }));

/** Sends batches until one is not taken; the answer to that one, and how many records were. */
async function fill(serving: Serving, key: string): Promise<{ readonly answer: Response; readonly stored: number }> {
  for (let stored = 0; stored < 100_000; stored += 100) {
    const answer = await serving.fetch("/api/v1/usage/batch", { bearer: key, body: makeBatch(stored) });
    if (answer.status !== 201) return { answer, stored };
    await answer.body?.cancel();
  }
  throw new Error("the storage took everything");
}

async function countStored({ run }: Place): Promise<number> {
  const report = ["report", "cost", "--since", "2026-01-01", "--until", "2026-01-31", "--format", "csv"];
  return Number((await run(report)).out.split("\n")[1]?.split(",")[1]);
}

Deno.test("costops serve: after an error of the file system nothing is acknowledged any more and it ends with 1", async () => {
  await inPlace(async (place) => {
    const key = await makeKey(place, ["usage:create"]);
    // A file may not grow beyond 2 MiB: writes fail with "file too large", which is no full disk.
    const serving = await watchServing(
      place.startShell(`trap "" XFSZ; ulimit -f 2048; exec "$@"`, ["serve", "--port=0", "--json", ...MEASURED]),
    );
    // As long as it is in flight the server does not end.
    const { body, send } = slowBody(JSON.stringify(makeBatch(100_000)));
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const held = fetch(`${serving.url}/api/v1/usage/batch`, { method: "POST", body, headers });
    await untilInFlight(serving);
    const { answer, stored } = await fill(serving, key);
    assert.deepEqual([answer.status, (await answer.json()).code], [503, "storage_failure"]);
    const ready = await serving.fetch("/ready");
    assert.deepEqual([ready.status, (await ready.json()).checks.database], [503, "failed"]);
    const next = await serving.fetch("/api/v1/usage", { bearer: key, body: makeBatch(stored)[0] });
    assert.equal(next.status, 503);
    await next.body?.cancel();
    send();
    const last = await held;
    assert.deepEqual([last.status, (await last.json()).code], [503, "storage_failure"]);
    const { code, err } = await serving.ended;
    assert.equal(code, 1, err);
    assert.match(err, /"level":"error","message":"the storage has failed: nothing is stored any more"/);
    const doctor = await place.run(["db", "doctor"]);
    assert.equal(doctor.code, 0, doctor.out + doctor.err);
    assert.equal(await countStored(place), stored);
  }, VARIABLES);
});

const canMount = await canMountDisks();

Deno.test({
  name: canMount
    ? "costops serve: on a full disk writes are answered 503 with Retry-After, reads go on, and it resumes by itself"
    : "costops serve: a full disk (needs user namespaces)",
  ignore: !canMount,
  fn: () =>
    inPlace(async (place) => {
      const disk = `${place.folder}/disk`;
      await Deno.mkdir(disk);
      const script = `mount -t tmpfs -o size=6m none ${disk} || exit 1
        dd if=/dev/zero of=${disk}/ballast bs=1024 count=2048 status=none
        key=$("$@" admin key create --scope usage:create --scope usage:read --json) || exit 1
        echo "$key" > ${place.folder}/key
        exec "$@" serve --port=0 --json`;
      const serving = await watchServing(place.startShell(`exec unshare -Urm sh -c '${script}' sh "$@"`, []));
      const key = JSON.parse(await Deno.readTextFile(`${place.folder}/key`)).key;
      const { answer, stored } = await fill(serving, key);
      assert.deepEqual([answer.status, (await answer.json()).code], [503, "storage_full"]);
      assert.match(answer.headers.get("Retry-After") ?? "", /^[1-9]\d*$/);
      assert.ok(stored >= 100, `${stored} records`);
      const read = await serving.fetch(`/api/v1/usage/r${stored - 1}`, { bearer: key });
      assert.equal(read.status, 200, await read.text());
      const ready = await serving.fetch("/ready");
      assert.equal(ready.status, 200, await ready.text());
      // The disk is the child's own: it is reached through what the child sees.
      await Deno.remove(`/proc/${serving.child.pid}/root${disk}/ballast`);
      const resumed = await serving.fetch("/api/v1/usage/batch", { bearer: key, body: makeBatch(stored) });
      assert.equal(resumed.status, 201, await resumed.text());
      serving.child.kill("SIGTERM");
      const { code, err } = await serving.ended;
      assert.equal(code, 0, err);
    }, { ...VARIABLES, DATABASE_URL: "disk/costops.db" }),
});

async function canMountDisks(): Promise<boolean> {
  try {
    const args = ["-Urm", "sh", "-c", "mount -t tmpfs none /mnt"];
    return (await new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
