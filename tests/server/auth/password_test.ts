import assert from "node:assert/strict";
import { createPasswords } from "../../../server/auth/password.ts";

Deno.test("verify() takes a hash of the reference implementation", async () => {
  // echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e
  const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  const passwords = createPasswords();
  assert.equal(await passwords.verify("password", phc), true);
  assert.equal(await passwords.verify("Password", phc), false);
});

Deno.test("hash() writes a PHC string with OWASP's parameters, another one each time", async () => {
  const passwords = createPasswords();
  const [one, other] = await Promise.all([passwords.hash("correct horse"), passwords.hash("correct horse")]);
  assert.match(one, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
  assert.equal(await passwords.verify("correct horse", one), true);
  assert.equal(await passwords.verify("correct horse", other), true);
  assert.equal(await passwords.verify("correct horsf", one), false);
});

Deno.test("verify() takes a password in either Unicode form", async () => {
  const passwords = createPasswords();
  assert.equal(await passwords.verify("caf\u00e9 au lait", await passwords.hash("cafe\u0301 au lait")), true);
});

Deno.test("verify() computes one hash whether there is a user or not, and is never true without", async () => {
  const passwords = createPasswords();
  const phc = await passwords.hash("correct horse");
  assert.equal(passwords.computed, 1);
  await passwords.verify("wrong horse", phc);
  assert.equal(passwords.computed, 2);
  assert.equal(await passwords.verify("wrong horse", undefined), false);
  assert.equal(passwords.computed, 3);
});

Deno.test("a damaged hash is said to be damaged, not wrong", async () => {
  for (const phc of ["", "plain", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA", "$argon2id$v=19$m=8,t=1,p=1$$"]) {
    await assert.rejects(createPasswords().verify("password", phc), { kind: "storage_failure" });
  }
});

Deno.test("what does not fit into the queue is told to come again, and the rest is hashed", async () => {
  const passwords = createPasswords();
  const phc = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => passwords.verify("password", phc)));
  const refused = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  assert.deepEqual(refused.map(({ kind, retry_after_s }) => [kind, retry_after_s]), [["temporary", 2], [
    "temporary",
    2,
  ]]);
  assert.equal(passwords.computed, 18);
  assert.equal(await passwords.verify("password", phc), false);
});
