import assert from "node:assert/strict";
import { readAccountName, readEmail, readNewPassword, readRoles, readScopes } from "../../core/account.ts";

Deno.test("readEmail() takes addresses as people have them, and nothing else", () => {
  assert.equal(readEmail(" Ann.Lee+ops@mail.example.com "), "Ann.Lee+ops@mail.example.com");
  assert.equal(readEmail("jörg@example.com"), "jörg@example.com");
  assert.equal(readEmail(`${"a".repeat(250)}@b.c`).length, 254);
  for (const text of ["", "ann", "@example.com", "ann@", "a@b@c", "a b@c", "a@b\nc", `${"a".repeat(251)}@b.c`]) {
    assert.throws(() => readEmail(text), { kind: "invalid" });
  }
});

Deno.test("readNewPassword() takes 12 to 256 characters, as they are", () => {
  assert.equal(readNewPassword(" pass word 12"), " pass word 12");
  assert.equal(readNewPassword("😀🙂🙃😉😊😇🥰😍🤩😘😗☺"), "😀🙂🙃😉😊😇🥰😍🤩😘😗☺");
  assert.equal(readNewPassword("abcd".repeat(64)).length, 256);
  for (
    const text of [
      "",
      "elevenchars",
      "abcd".repeat(64) + "e",
      "aaaaaaaaaaaa",
      "abcabcabcabcabc",
      "\ud800 is no whole text",
    ]
  ) {
    assert.throws(() => readNewPassword(text), { kind: "invalid" });
  }
});

Deno.test("readAccountName() takes visible characters, trimmed", () => {
  assert.equal(readAccountName("  night job "), "night job");
  for (const text of ["", "   ", "a\tb", "x".repeat(129)]) {
    assert.throws(() => readAccountName(text), { kind: "invalid" });
  }
});

Deno.test("readRoles() and readScopes() take known names once each, in order", () => {
  assert.deepEqual(readRoles(["viewer", "analyst", "viewer"]), ["analyst", "viewer"]);
  assert.deepEqual(readScopes(["usage:read", "cost:read"]), ["cost:read", "usage:read"]);
  assert.throws(() => readRoles([]), { kind: "invalid", message: /name at least one of super_admin/ });
});

Deno.test("readScopes() says which name it does not know, and what there is", () => {
  const error = assertThrows(() => readScopes(["cost:read", "cost:*"]));
  assert.equal(error.issues?.[0]?.pointer, "/scopes/1");
  assert.match(error.message, /^Cannot take "cost:\*" as a scope: write one of usage:create, /);
});

function assertThrows(work: () => unknown): Error & { issues?: { pointer: string }[] } {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  assert.fail("it was taken");
}
