/**
 * Idempotency keys: the same request with the same key is done once, and answered alike for 48 hours.
 *
 * The effect and its answer are stored in one transaction, so a crash leaves both or neither. Only what succeeds is
 * kept: a request that failed has changed nothing, and is done anew. Answers are sealed with a key made of the server's
 * secret and of the Idempotency-Key itself, which is kept as a hash: an answer may hold a secret that is shown once.
 */

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { findKeptAnswer, keepAnswer } from "../../db/idempotency.ts";
import type { Environment } from "../environment.ts";
import { type Reply, Written } from "../routes/reply.ts";
import type { Route, RouteRequest } from "../routes/route.ts";

/** A request with a key. */
export interface KeyedRequest {
  readonly route: Route;
  readonly request: RouteRequest;
  /** Of its body. */
  readonly bytes: Uint8Array;
  readonly url: string;
}

/** Runs requests that have a key. */
export class Idempotency {
  /** What this process is doing; another process's request waits in the database instead. */
  readonly #running = new Set<string>();

  constructor(readonly secret: string) {}

  /**
   * Runs a request once. Fails with `invalid` on a key that is none or was used with another request, with `conflict`
   * while the same is being done, and as the operation does.
   */
  async run(keyed: KeyedRequest, environment: Environment): Promise<Reply> {
    const key = readKey(keyed.request.headers);
    const path = keyed.url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/#.*$/s, "");
    const claim = {
      scope: hash([
        keyed.request.principal.organization_id,
        keyed.request.principal.actor,
        keyed.route.method,
        path.replace(/\?.*$/s, ""),
        key,
      ]),
      payload: hash([path, createHash("sha256").update(keyed.bytes).digest("hex")]),
      now: environment.now(),
    };
    const seal = new Seal(this.secret, { key, scope: claim.scope });
    const kept = await findKeptAnswer(environment.database.reader, claim);
    if (kept !== undefined) return replay(seal.open(kept));
    if (this.#running.has(claim.scope)) {
      throw new CostopsError("conflict", "Cannot do this twice at once: the same Idempotency-Key is being served", {
        retry_after_s: 1,
      });
    }
    this.#running.add(claim.scope);
    try {
      return await this.#runOnce(keyed, { environment, claim, seal });
    } finally {
      this.#running.delete(claim.scope);
    }
  }

  async #runOnce(
    { route, request }: KeyedRequest,
    { environment, claim, seal }: {
      readonly environment: Environment;
      readonly claim: { readonly scope: string; readonly payload: string; readonly now: number };
      readonly seal: Seal;
    },
  ): Promise<Reply> {
    const usage_of = route.changes_usage_of?.(request);
    const expires_at = claim.now + LIMITS.idempotency_ms;
    const done = await keepAnswer(environment.database, { ...claim, expires_at, usage_of }, async (database) => {
      const reply = await route.run({ ...environment, database }, request);
      return { reply, answer: seal.close(writeReply(reply)) };
    });
    return "kept" in done ? replay(seal.open(done.kept)) : done.reply;
  }
}

/** Keys are quoted in the standard's draft and bare in practice; both spell one key. */
function readKey(headers: Headers): string {
  const text = headers.get("idempotency-key")?.trim() ?? "";
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= LIMITS.idempotency_key_characters) return key;
  const detail = `is 1 to ${LIMITS.idempotency_key_characters} visible characters`;
  throw new CostopsError("invalid", `Cannot take this Idempotency-Key: it ${detail}`, {
    issues: [{ pointer: "/header/Idempotency-Key", detail }],
  });
}

function writeReply({ status, body, headers }: Reply): string {
  const isWritten = body instanceof Written;
  if (isWritten && typeof body.content !== "string") throw new Error("a stream cannot be kept");
  const written = isWritten
    ? { content_type: body.content_type, content: body.content }
    : { content: body === undefined ? undefined : JSON.stringify(body) };
  const text = JSON.stringify({ status, headers, ...written });
  if (text.length <= LIMITS.idempotency_reply_bytes) return text;
  throw new CostopsError("too_large", "Cannot keep an answer of this size: send the request without Idempotency-Key");
}

function replay(text: string): Reply {
  const { status, headers, content_type = "application/json", content } = JSON.parse(text);
  const body = content === undefined ? undefined : new Written(content_type, content);
  return { status, body, headers: { ...headers, "Idempotency-Replayed": "true" } };
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals an answer: AES-256-GCM, the scope authenticated with it. */
class Seal {
  readonly #key: Uint8Array;
  readonly #scope: Uint8Array;

  constructor(secret: string, { key, scope }: { readonly key: string; readonly scope: string }) {
    this.#key = createHmac("sha256", secret).update(`costops idempotency 1\n${scope}\n${key}`).digest();
    this.#scope = Buffer.from(scope);
  }

  close(text: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(this.#scope);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Fails with `conflict` when the server's secret is another by now: the effect is done, its answer cannot be shown. */
  open(sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, NONCE_BYTES)).setAAD(this.#scope)
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
    } catch {
      throw new CostopsError(
        "conflict",
        "Cannot show the answer kept under this Idempotency-Key: the server's secret has changed; it was done",
      );
    }
  }
}
