import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createTokens } from "../../../server/auth/tokens.ts";
import { HOUR_MS, SECRET } from "./accounts.ts";

const NOON = Date.UTC(2026, 0, 5, 12);
const SECOND = NOON / 1000;
const WHO = { user_id: "u1", organization_id: "default", session_id: "s1", token_id: "j1" };

const HEADER = { alg: "HS256", typ: "at+jwt" };
const CLAIMS = {
  iss: "costops",
  aud: "costops",
  sub: "u1",
  org: "default",
  sid: "s1",
  jti: "j1",
  iat: SECOND,
  nbf: SECOND,
  exp: SECOND + 3600,
};

function encode(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** A token as anybody could write it, who has the secret or has not. */
function write(header: unknown, claims: unknown, { secret = SECRET, hash = "sha256" } = {}): string {
  const body = `${encode(header)}.${encode(claims)}`;
  return `${body}.${createHmac(hash, secret).update(body).digest("base64url")}`;
}

function make() {
  return createTokens({ secret: SECRET, expiry_ms: HOUR_MS });
}

Deno.test("verify() gives what sign() was given, until the token's end", async () => {
  const tokens = await make();
  const token = await tokens.sign(WHO, NOON);
  const claims = { ...WHO, expires_at: NOON + HOUR_MS };
  assert.deepEqual(await tokens.verify(token, NOON), claims);
  assert.deepEqual(await tokens.verify(token, NOON + HOUR_MS), claims);
  // Found good once, and all the same not for longer than it says and clocks differ.
  assert.deepEqual(await tokens.verify(token, NOON + HOUR_MS + 29_999), claims);
  assert.equal(await tokens.verify(token, NOON + HOUR_MS + 30_000), undefined);
  assert.deepEqual(JSON.parse(atob(token.split(".")[0]!)), HEADER);
  assert.deepEqual(JSON.parse(atob(token.split(".")[1]!)), CLAIMS);
});

Deno.test("verify() takes a token that another process with the secret has signed, and none of another secret", async () => {
  const token = await (await make()).sign(WHO, NOON);
  assert.notEqual(await (await make()).verify(token, NOON), undefined);
  const other = await createTokens({ secret: `${SECRET}!`, expiry_ms: HOUR_MS });
  assert.equal(await other.verify(token, NOON), undefined);
});

Deno.test("verify() takes the vector that this test writes, so that what it refuses is refused for its fault", async () => {
  assert.notEqual(await (await make()).verify(write(HEADER, CLAIMS), NOON), undefined);
});

const FORGED: readonly (readonly [string, string])[] = [
  ["another secret", write(HEADER, CLAIMS, { secret: "another".repeat(8) })],
  ["alg none, signature kept", write({ ...HEADER, alg: "none" }, CLAIMS)],
  ["alg none, no signature", `${encode({ ...HEADER, alg: "none" })}.${encode(CLAIMS)}.`],
  ["alg NONE", write({ ...HEADER, alg: "NONE" }, CLAIMS)],
  ["alg HS512", write({ ...HEADER, alg: "HS512" }, CLAIMS, { hash: "sha512" })],
  ["alg RS256 with the secret as its key", write({ ...HEADER, alg: "RS256" }, CLAIMS)],
  ["no alg", write({ typ: "at+jwt" }, CLAIMS)],
  ["typ JWT", write({ ...HEADER, typ: "JWT" }, CLAIMS)],
  ["no typ", write({ alg: "HS256" }, CLAIMS)],
  ["a critical extension", write({ ...HEADER, crit: ["x"], x: 1 }, CLAIMS)],
  ["the key in the header", write({ ...HEADER, jwk: { kty: "oct", k: encode("x") } }, CLAIMS, { secret: "x" })],
  ["another issuer", write(HEADER, { ...CLAIMS, iss: "else" })],
  ["another audience", write(HEADER, { ...CLAIMS, aud: ["else"] })],
  ["ended", write(HEADER, { ...CLAIMS, exp: SECOND - 30 })],
  ["not valid yet", write(HEADER, { ...CLAIMS, nbf: SECOND + 31 })],
  ["issued in the future", write(HEADER, { ...CLAIMS, iat: SECOND + 31 })],
  ["an end that is text", write(HEADER, { ...CLAIMS, exp: "9999999999" })],
  ["an end beyond numbers", write(HEADER, { ...CLAIMS, exp: null })],
  ["an empty subject", write(HEADER, { ...CLAIMS, sub: "" })],
  ["a subject that is a list", write(HEADER, { ...CLAIMS, sub: ["u1"] })],
  ["an organization that is an object", write(HEADER, { ...CLAIMS, org: {} })],
  ["claims that are a list", write(HEADER, [CLAIMS])],
  ["a stripped signature", write(HEADER, CLAIMS).replace(/[^.]+$/, "")],
  ["two parts", write(HEADER, CLAIMS).split(".").slice(0, 2).join(".")],
  ["four parts", `${write(HEADER, CLAIMS)}.${"A".repeat(43)}`],
  ["padding", `${write(HEADER, CLAIMS)}=`],
  ["blanks", ` ${write(HEADER, CLAIMS)}`],
  ["nothing", ""],
  ["ten megabytes", `${"A".repeat(1e7)}.A.${"A".repeat(43)}`],
];

for (const [fault, token] of FORGED) {
  Deno.test(`verify() refuses a token with ${fault}`, async () => {
    assert.equal(await (await make()).verify(token, NOON), undefined);
  });
}

for (const claim of Object.keys(CLAIMS)) {
  Deno.test(`verify() refuses a token without ${claim}`, async () => {
    const { [claim as keyof typeof CLAIMS]: _left, ...claims } = CLAIMS;
    assert.equal(await (await make()).verify(write(HEADER, claims), NOON), undefined);
  });
}

Deno.test("verify() refuses a token with any bit of its claims or signature changed", async () => {
  const tokens = await make();
  const token = await tokens.sign(WHO, NOON);
  const [header, claims, signature] = token.split(".");
  const forOther = encode({ ...CLAIMS, org: "other" });
  assert.equal(await tokens.verify(`${header}.${forOther}.${signature}`, NOON), undefined);
  // The last character has two spare bits, so that some others decode alike: the first has none.
  const first = signature!.startsWith("A") ? "B" : "A";
  assert.equal(await tokens.verify(`${header}.${claims}.${first}${signature!.slice(1)}`, NOON), undefined);
});

Deno.test("verify() allows clocks that differ by up to 30 seconds", async () => {
  const tokens = await make();
  const token = await tokens.sign(WHO, NOON);
  assert.notEqual(await tokens.verify(token, NOON - 30_000), undefined);
  assert.equal(await (await make()).verify(token, NOON - 31_000), undefined);
});

Deno.test("successorOf() is the same for whoever has the secret, and nothing like it for others", async () => {
  const [one, again] = [await make(), await make()];
  const token = one.newRefreshToken();
  assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  assert.notEqual(token, one.newRefreshToken());
  assert.equal(one.successorOf(token), again.successorOf(token));
  assert.match(one.successorOf(token), /^[A-Za-z0-9_-]{43}$/);
  const other = await createTokens({ secret: `${SECRET}!`, expiry_ms: HOUR_MS });
  assert.notEqual(other.successorOf(token), one.successorOf(token));
});
