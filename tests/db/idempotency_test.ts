import assert from "node:assert/strict";
import { type Database, isPostgresUrl } from "../../db/database.ts";
import { findKeptAnswer, keepAnswer } from "../../db/idempotency.ts";
import { createOrganization } from "../../db/organizations.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { hashText } from "./records.ts";

const NOW = Date.UTC(2026, 1, 1);
const CLAIM = { scope: hash("scope"), payload: hash("payload"), now: NOW, expires_at: NOW + 1000 };

function hash(text: string): string {
  return hashText(text).repeat(2);
}

async function create(database: Database, id: string) {
  await createOrganization(database, { id, name: id }, { actor: "test", now: NOW });
  return { answer: new TextEncoder().encode(`made ${id}`) };
}

forEachDatabase("an answer and its effect are kept together, and found again", async ({ open }) => {
  const database = await open();
  const done = await keepAnswer(database, CLAIM, (within) => create(within, "acme"));
  assert.ok("answer" in done);
  const kept = await keepAnswer(database, CLAIM, () => Promise.reject(new Error("done twice")));
  assert.ok("kept" in kept);
  assert.equal(new TextDecoder().decode(kept.kept), "made acme");
  await assert.rejects(findKeptAnswer(database.reader, { ...CLAIM, payload: hash("other") }), { kind: "invalid" });
});

forEachDatabase("work that fails leaves neither its effect nor an answer", async ({ open }) => {
  const database = await open();
  const failing = keepAnswer(database, CLAIM, async (within) => {
    await create(within, "acme");
    throw new Error("after the effect");
  });
  await assert.rejects(failing, /after the effect/);
  assert.equal(await findKeptAnswer(database.reader, CLAIM), undefined);
  const rows = await database.reader.selectFrom("organizations").select("id").where("id", "=", "acme").execute();
  assert.equal(rows.length, 0);
});

forEachDatabase("of two with one claim at once one does the work, the other gets its answer", async ({ url, open }) => {
  // On SQLite two connections of one thread would wait for each other; there one process serves.
  const first = await open();
  const databases = [first, isPostgresUrl(url) ? await open() : first];
  let works = 0;
  const done = await Promise.all(databases.map((database) =>
    keepAnswer(database, CLAIM, (within) => {
      works++;
      return create(within, "acme");
    })
  ));
  assert.equal(works, 1);
  assert.equal(done.filter((one) => "kept" in one).length, 1);
});

forEachDatabase("an answer that has expired is forgotten", async ({ open }) => {
  const database = await open();
  await keepAnswer(database, CLAIM, (within) => create(within, "acme"));
  assert.equal(await findKeptAnswer(database.reader, { ...CLAIM, now: CLAIM.expires_at }), undefined);
  const later = { ...CLAIM, now: CLAIM.expires_at, expires_at: CLAIM.expires_at + 1000 };
  const again = await keepAnswer(database, later, (within) => create(within, "globex"));
  assert.ok("answer" in again);
});
