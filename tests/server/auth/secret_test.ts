import assert from "node:assert/strict";
import { findSecret } from "../../../server/auth/secret.ts";
import { withFolder } from "../../db/for_each_database.ts";

Deno.test("findSecret() makes a secret once beside a SQLite database, for its owner alone", async () => {
  await withFolder(async (folder) => {
    const sources = { configured: undefined, database_url: `sqlite:${folder}/costops.db` };
    const made = await Promise.all(Array.from({ length: 8 }, () => findSecret(sources)));
    assert.match(made[0]!, /^[0-9a-f]{64}$/);
    assert.deepEqual(new Set(made).size, 1);
    assert.equal(await findSecret(sources), made[0]);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert.deepEqual(names, ["costops.db.jwt-secret"]);
    assert.equal((await Deno.stat(`${folder}/costops.db.jwt-secret`)).mode! & 0o777, 0o600);
    assert.notEqual(await findSecret({ ...sources, database_url: `${folder}/other.db` }), made[0]);
  });
});

Deno.test("findSecret() refuses a kept secret that others may read, or that is damaged", async () => {
  await withFolder(async (folder) => {
    const sources = { configured: undefined, database_url: `${folder}/costops.db` };
    await findSecret(sources);
    const path = `${folder}/costops.db.jwt-secret`;
    await Deno.chmod(path, 0o640);
    await assert.rejects(findSecret(sources), { kind: "failure", message: /chmod 600/ });
    await Deno.chmod(path, 0o600);
    await Deno.writeTextFile(path, "");
    await assert.rejects(findSecret(sources), { kind: "failure", message: /damaged/ });
  });
});

Deno.test("findSecret() says why it cannot keep a secret", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const database_url = `${folder}/file/costops.db`;
    await assert.rejects(findSecret({ configured: undefined, database_url }), {
      kind: "failure",
      message: /Cannot keep/,
    });
  });
});

Deno.test("findSecret() takes the configured secret as it is, and wants one on Postgres", async () => {
  const configured = "Hg3x9QvLr7TzWm2KpYb8Nc5Df1Js6Ea4";
  const database_url = "postgres://someone@127.0.0.1/costops";
  assert.equal(await findSecret({ configured, database_url }), configured);
  await assert.rejects(findSecret({ configured: undefined, database_url }), { kind: "usage", message: /JWT_SECRET/ });
});

for (
  const sample of [
    "Hg3x9QvLr7TzWm2KpYb8Nc5Df1Js6Ea",
    "your-secret-key-change-in-production",
    "change-me-change-me-change-me-change-me",
    "supersecretsupersecretsupersecret",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "",
  ]
) {
  Deno.test(`findSecret() refuses ${JSON.stringify(sample)}, and does not repeat it`, async () => {
    const sources = { configured: sample, database_url: "/nowhere/costops.db" };
    const refused: Error = await findSecret(sources).then(() => assert.fail("it was taken"), (error) => error);
    assert.equal((refused as unknown as { kind: string }).kind, "usage");
    assert.ok(sample === "" || !refused.message.includes(sample));
  });
}
