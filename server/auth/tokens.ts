/**
 * Access tokens: JWTs that are signed with HS256 and name who, where and until when; what their owner may do is looked
 * up. And refresh tokens, which are random text.
 */

import { createHash, createHmac } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { LIMITS } from "../../core/limits.ts";

/** What signs and checks tokens. */
export interface TokenSettings {
  /** At least 32 bytes; the same on every process of one database. */
  readonly secret: string;
  /** How long an access token holds. */
  readonly expiry_ms: number;
}

/** What an access token says. */
export interface AccessClaims {
  readonly user_id: string;
  readonly organization_id: string;
  readonly session_id: string;
  readonly token_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly expires_at: number;
}

/** Signs and checks the tokens of an installation. */
export interface Tokens {
  readonly expiry_ms: number;
  /** Signs an access token that holds from `now` on. */
  sign(claims: Omit<AccessClaims, "expires_at">, now: number): Promise<string>;
  /** What a token says; undefined unless it is one of ours and holds now. */
  verify(token: string, now: number): Promise<AccessClaims | undefined>;
  /** A new refresh token: 32 random bytes. */
  newRefreshToken(): string;
  /** The refresh token that follows one: whoever asks twice gets the same, and without the secret nobody can tell it. */
  successorOf(refresh_token: string): string;
}

const ISSUER = "costops";
const AUDIENCE = "costops";
const TYPE = "at+jwt";
const ALGORITHM = "HS256";
/** Clocks of several machines differ by less. */
const SKEW_S = 30;
const REQUIRED = ["iss", "aud", "sub", "org", "sid", "jti", "iat", "nbf", "exp"];
const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

/** Makes what signs and checks the tokens of an installation. */
export async function createTokens({ secret, expiry_ms }: TokenSettings): Promise<Tokens> {
  // One import: raw bytes would be imported again for every token.
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["sign", "verify"]);
  const successorKey = createHmac("sha256", bytes).update("costops refresh tokens 1").digest();
  const verified = new Map<string, AccessClaims>();
  return {
    expiry_ms,
    sign: (claims, now) => sign(claims, { key, now, expiry_ms }),
    async verify(token, now) {
      const known = verified.get(token);
      if (known !== undefined && now < known.expires_at + SKEW_S * 1000) return known;
      if (known !== undefined) verified.delete(token);
      const claims = await verify(token, { key, now });
      if (claims !== undefined) keep(verified, token, claims);
      return claims;
    },
    newRefreshToken: () =>
      crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true }),
    successorOf: (token) => createHmac("sha256", successorKey).update(token).digest("base64url"),
  };
}

/** SHA-256 of a token, 64 hex digits: what is kept of it. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function sign(
  { user_id, organization_id, session_id, token_id }: Omit<AccessClaims, "expires_at">,
  { key, now, expiry_ms }: { readonly key: CryptoKey; readonly now: number; readonly expiry_ms: number },
): Promise<string> {
  const second = Math.floor(now / 1000);
  return new SignJWT({ org: organization_id, sid: session_id })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setIssuer(ISSUER).setAudience(AUDIENCE).setSubject(user_id).setJti(token_id)
    .setIssuedAt(second).setNotBefore(second).setExpirationTime(second + Math.floor(expiry_ms / 1000))
    .sign(key);
}

async function verify(
  token: string,
  { key, now }: { readonly key: CryptoKey; readonly now: number },
): Promise<AccessClaims | undefined> {
  if (token.length > LIMITS.token_characters || !SHAPE.test(token)) return undefined;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: REQUIRED,
      clockTolerance: SKEW_S,
      currentDate: new Date(now),
    });
    return readClaims(payload, now);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** A good signature says that we made it; each claim is looked at all the same. */
function readClaims(payload: Record<string, unknown>, now: number): AccessClaims | undefined {
  const { sub, org, sid, jti, iat, exp } = payload;
  if (!isName(sub) || !isName(org) || !isName(sid) || !isName(jti)) return undefined;
  if (typeof iat !== "number" || typeof exp !== "number" || iat > now / 1000 + SKEW_S) return undefined;
  return { user_id: sub, organization_id: org, session_id: sid, token_id: jti, expires_at: exp * 1000 };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LIMITS.id_characters;
}

/** Keeps a token's claims ready; the oldest are forgotten when there are too many. */
function keep(verified: Map<string, AccessClaims>, token: string, claims: AccessClaims): void {
  if (verified.size >= LIMITS.credentials) {
    const oldest = verified.keys().next();
    if (oldest.done !== true) verified.delete(oldest.value);
  }
  verified.set(token, claims);
}
