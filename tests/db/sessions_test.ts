import assert from "node:assert/strict";
import { LIMITS } from "../../core/limits.ts";
import { listAuditEntries } from "../../db/audit_entries.ts";
import type { Database } from "../../db/database.ts";
import { beginSession, findSessionState, GRACE_MS, logOut, rotateToken } from "../../db/sessions.ts";
import { changeUser, createUser } from "../../db/users.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";
import { openTwo } from "./two_handles.ts";

const ACT = { actor: "cli:ann", now: NOON };
const END = NOON + 7 * 86_400_000;
const SESSION = { organization_id: "default", user_id: "u1", session_id: "s1" };
const sha256 = (name: string) => name.padEnd(64, "0");

async function openWithSession(open: () => Promise<Database>): Promise<Database> {
  const database = await open();
  await addSession(database);
  return database;
}

async function addSession(database: Database): Promise<void> {
  const user = { organization_id: "default", id: "u1", email: "a@b.c", name: null, password_hash: "hash" };
  await createUser(database, { ...user, roles: ["viewer"] }, ACT);
  assert.equal(await begin(database, "s1", "t1"), true);
}

function begin(database: Database, session_id: string, token: string, password_hash = "hash") {
  const start = { token: { sha256: sha256(token), expires_at: END }, password_hash, now: NOON };
  return beginSession(database, { ...SESSION, session_id }, start);
}

async function rotate(database: Database, token: string, next: string, now = NOON): Promise<string> {
  const successor = { sha256: sha256(next), expires_at: now + 7 * 86_400_000 };
  return (await rotateToken(database, { sha256: sha256(token), successor, now })).outcome;
}

async function holds(database: Database, token_id = "j1", session_id = "s1"): Promise<boolean> {
  return await findSessionState(database, { ...SESSION, session_id, token_id }) !== undefined;
}

forEachDatabase("rotateToken() uses a token once, and its successor after it", async ({ open }) => {
  const database = await openWithSession(open);
  assert.equal(await rotate(database, "t1", "t2"), "rotated");
  assert.equal(await rotate(database, "t2", "t3", NOON + 60_000), "rotated");
  assert.equal(await rotate(database, "never", "t9"), "unknown");
  assert.equal(await holds(database), true);
});

forEachDatabase(
  "a token that is used again within the grace gives its successor, and later ends its session",
  async ({ open }) => {
    const database = await openWithSession(open);
    assert.equal(await rotate(database, "t1", "t2"), "rotated");
    assert.equal(await rotate(database, "t1", "t2", NOON + GRACE_MS - 1), "rotated");
    assert.equal(await holds(database), true);
    assert.equal(await rotate(database, "t1", "t2", NOON + GRACE_MS), "reused");
    assert.equal(await holds(database), false);
    // The thief's token, or the owner's, is worth nothing any more either.
    assert.equal(await rotate(database, "t2", "t3", NOON + GRACE_MS), "unknown");
    const [newest] = await listAuditEntries(database, { limit: 1 });
    assert.deepEqual([newest?.action, newest?.actor, newest?.detail], ["session.reuse", "user:u1", { session: "s1" }]);
  },
);

forEachDatabase("of many who use one token at once, in two processes, all get the one successor", async (place) => {
  const [database, other] = await openTwo(place);
  await addSession(database);
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, index) => rotate(index % 2 === 0 ? database : other, "t1", "t2")),
  );
  assert.deepEqual(new Set(outcomes), new Set(["rotated"]));
  const rows = await database.reader.selectFrom("refresh_tokens").select(["sha256", "used_at"]).orderBy("sha256")
    .execute();
  assert.deepEqual(rows.map((row) => [row.sha256, row.used_at]), [[sha256("t1"), BigInt(NOON)], [sha256("t2"), null]]);
});

forEachDatabase("a token does not outlive its end, by a millisecond", async ({ open }) => {
  const database = await openWithSession(open);
  assert.equal(await rotate(database, "t1", "t2", END), "unknown");
  assert.equal(await rotate(database, "t1", "t2", END - 1), "rotated");
});

forEachDatabase(
  "logOut() ends the session and gives the token back, and doing it again changes nothing",
  async ({ open }) => {
    const database = await openWithSession(open);
    assert.equal(await begin(database, "s2", "other"), true);
    const back = { token: { id: "j1", expires_at: NOON + 3_600_000 }, now: NOON };
    await logOut(database, SESSION, back);
    await logOut(database, SESSION, back);
    assert.equal(await holds(database), false);
    assert.equal(await rotate(database, "t1", "t2"), "unknown");
    assert.equal(await holds(database, "j2", "s2"), true);
    // The very token is worth nothing, whichever session it would name.
    assert.equal(await holds(database, "j1", "s2"), false);
    const ends = (await listAuditEntries(database, { limit: 10 })).filter(({ action }) => action === "session.end");
    assert.equal(ends.length, 1);
  },
);

forEachDatabase("a session does not begin for who was disabled or got another password meanwhile", async ({ open }) => {
  const database = await openWithSession(open);
  assert.equal(await begin(database, "s2", "t2", "hash of before"), false);
  const key = { organization_id: "default", user: "u1" };
  await changeUser(database, key, { is_disabled: true, ...ACT, permit: () => {} });
  assert.equal(await begin(database, "s3", "t3"), false);
  const sessions = await database.reader.selectFrom("sessions").select("id").execute();
  assert.deepEqual(sessions.map(({ id }) => id), ["s1"]);
});

for (const change of [{ is_disabled: true }, { password_hash: "another" }] as const) {
  const [what] = Object.keys(change);
  forEachDatabase(`changeUser() ends every session when ${what} changes, for good`, async ({ open }) => {
    const database = await openWithSession(open);
    const key = { organization_id: "default", user: "u1" };
    await changeUser(database, key, { ...change, ...ACT, permit: () => {} });
    assert.equal(await holds(database), false);
    assert.equal(await rotate(database, "t1", "t2"), "unknown");
    if ("is_disabled" in change) await changeUser(database, key, { is_disabled: false, ...ACT, permit: () => {} });
    assert.equal(await holds(database), false);
  });
}

forEachDatabase(
  "the oldest session ends when there are too many, and what has ended is forgotten",
  async ({ open }) => {
    const database = await openWithSession(open);
    await database.write(async (queries) => {
      const more = Array.from({ length: LIMITS.sessions - 1 }, (_, index) => ({
        organization_id: "default",
        id: `more${index}`,
        user_id: "u1",
        created_at: NOON + 1,
        expires_at: NOON + 2,
        revoked_at: null,
      }));
      await queries.insertInto("sessions").values(more).execute();
    });
    assert.equal(await holds(database), true);
    assert.equal(await begin(database, "s2", "t2"), true);
    // s2 began as early as s1, and its id is later.
    assert.equal(await holds(database), false);
    assert.equal(await holds(database, "j", "s2"), true);
    const later = { token: { sha256: sha256("t9"), expires_at: END + 1 }, password_hash: "hash", now: END };
    await beginSession(database, { ...SESSION, session_id: "s9" }, later);
    const sessions = await database.reader.selectFrom("sessions").select("id").execute();
    assert.deepEqual(sessions.map(({ id }) => id), ["s9"]);
    const tokens = await database.reader.selectFrom("refresh_tokens").select("sha256 as hash").execute();
    assert.deepEqual(tokens.map(({ hash }) => hash), [sha256("t9")]);
  },
);
