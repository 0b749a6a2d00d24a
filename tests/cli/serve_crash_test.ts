import assert from "node:assert/strict";
import { openDatabase } from "../../db/database.ts";
import { Random } from "../../examples/random.ts";
import { isPostgresExpected, withPostgresDatabase } from "../db/postgres_place.ts";
import { findRollupFaults, readRows } from "../db/oracle.ts";
import { inPlace, type Place } from "./program.ts";
import { makeKey, type Serving, startServing } from "./serving.ts";

const CONNECTIONS = 32;
const KILLS = 3;
const VARIABLES = {
  RATE_LIMIT_PER_SECOND: "1000000",
  RATE_LIMIT_BURST: "1000000",
  LOG_LEVEL: "warn",
  JWT_SECRET: "q8Vd2mXw0Zt5Rk7Lb1Nc4Hj9Fs6Gp3Ya",
};

/** What is sent at once: ids, and the way they go. */
interface Parcel {
  readonly ids: readonly string[];
  readonly path: "/usage" | "/usage/batch" | "/usage/stream";
}

const writeRecord = (id: string) =>
  JSON.stringify({
    id,
    timestamp: `2026-01-${String(id.length % 28 + 1).padStart(2, "0")}T10:00:00Z`,
    provider: "openai",
    model: "gpt-4",
    project: `p${id.charCodeAt(id.length - 1) % 5}`,
    prompt_tokens: 7,
    completion_tokens: 3,
  });

/** The server has answered that it takes nothing. */
class SentAway extends Error {}

/** Sends parcels from many connections, each again until it is acknowledged. */
class Senders {
  readonly acknowledged = new Set<string>();
  readonly #random = new Random(20_260_701);
  readonly #again: Parcel[] = [];
  readonly #key: string;
  #next = 0;
  #isOver = false;
  serving: Serving;
  /** When the server was asked to stop; requests from before must be answered. */
  stoppedAt = Infinity;
  readonly broken: string[] = [];

  constructor(serving: Serving, key: string) {
    this.serving = serving;
    this.#key = key;
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      while (!this.#isOver) await this.#sendOnce(this.#again.shift() ?? this.#makeParcel());
    }));
  }

  finish(): void {
    this.#isOver = true;
  }

  /** Sends what was not acknowledged, and every tenth of what was. */
  async resend(): Promise<void> {
    const some = [...this.acknowledged].filter((_, at) => at % 10 === 0);
    for (let at = 0; at < some.length; at += 100) {
      this.#again.push({ ids: some.slice(at, at + 100), path: "/usage/batch" });
    }
    while (this.#again.length > 0) await this.#sendOnce(this.#again.shift()!);
  }

  #makeParcel(): Parcel {
    const [path, count] = this.#random.pick(
      [["/usage", 1], ["/usage", 1], ["/usage/batch", 20], ["/usage/stream", 40]] as const,
    );
    return { path, ids: Array.from({ length: count }, () => `r${this.#next++}`) };
  }

  async #sendOnce(parcel: Parcel): Promise<void> {
    const began = performance.now();
    try {
      await this.#send(parcel);
      for (const id of parcel.ids) this.acknowledged.add(id);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      // To be sent away is an answer: whoever is read so late that the server takes nothing new any more is told.
      if (began < this.stoppedAt && !(error instanceof SentAway)) this.broken.push(String(error));
      this.#again.push(parcel);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #send({ ids, path }: Parcel): Promise<void> {
    const records = ids.map(writeRecord);
    const isStream = path === "/usage/stream";
    const answer = await this.serving.fetch(`/api/v1${path}`, {
      bearer: this.#key,
      body: isStream ? records.join("\n") : path === "/usage" ? records[0] : `[${records.join()}]`,
      headers: isStream ? { "Content-Type": "application/x-ndjson" } : {},
    });
    const text = await answer.text();
    if (answer.status === 503) throw new SentAway(text);
    assert.ok([200, 201, 207].includes(answer.status), text);
    if (path === "/usage") return;
    const summary = JSON.parse(isStream ? text.trimEnd().split("\n").at(-1)! : text).summary;
    // A stream that broke off has no summary: nobody knows what of it was stored.
    if (summary === undefined) throw new Error(text);
    assert.equal(summary.inserted + summary.duplicate, ids.length, text);
  }
}

async function assertStoredOnce(url: string, acknowledged: ReadonlySet<string>): Promise<void> {
  const database = await openDatabase(url);
  try {
    const ids = (await readRows(database)).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "a record is stored twice");
    const stored = new Set(ids);
    assert.deepEqual([...acknowledged].filter((id) => !stored.has(id)), [], "acknowledged records are lost");
    assert.deepEqual(await findRollupFaults(database), []);
    assert.deepEqual((await database.checkIntegrity()).faults, []);
  } finally {
    await database.close();
  }
}

async function killUnderLoad(place: Place, url: string): Promise<void> {
  const key = await makeKey(place, ["usage:create"]);
  const senders = new Senders(await startServing(place, ["--quiet"]), key);
  const running = senders.run();
  for (let kill = 0; kill < KILLS; kill++) {
    const before = senders.acknowledged.size;
    while (senders.acknowledged.size < before + 300) await new Promise((resolve) => setTimeout(resolve, 7));
    senders.serving.child.kill("SIGKILL");
    assert.equal((await senders.serving.ended).signal, "SIGKILL");
    await assertStoredOnce(url, senders.acknowledged);
    senders.serving = await startServing(place, ["--quiet"]);
  }
  const before = senders.acknowledged.size;
  while (senders.acknowledged.size < before + 300) await new Promise((resolve) => setTimeout(resolve, 7));
  senders.broken.length = 0;
  senders.stoppedAt = performance.now();
  senders.serving.child.kill("SIGTERM");
  const { code, err } = await senders.serving.ended;
  assert.equal(code, 0, err);
  senders.finish();
  await running;
  assert.deepEqual(senders.broken, [], "requests that were in flight were not answered");
  await assertStoredOnce(url, senders.acknowledged);
  senders.serving = await startServing(place, ["--quiet"]);
  await senders.resend();
  senders.serving.child.kill("SIGTERM");
  assert.equal((await senders.serving.ended).code, 0);
  await assertStoredOnce(url, senders.acknowledged);
}

const NAME =
  "costops serve: killed under load from 32 connections, then stopped under load, every acknowledged record is there once";

Deno.test(`${NAME}, on SQLite`, async () => {
  await inPlace((place) => killUnderLoad(place, place.database), VARIABLES);
});

if (isPostgresExpected()) {
  Deno.test(`${NAME}, on Postgres`, async () => {
    await withPostgresDatabase(async (url) => {
      await inPlace((place) => killUnderLoad(place, url), { ...VARIABLES, DATABASE_URL: url });
    });
  });
}
