/**
 * Passwords: Argon2id hashes as PHC strings, a few at a time.
 */

import { timingSafeEqual } from "node:crypto";
import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";

/** 46 MiB, one pass, one lane: the first of OWASP's equal choices, and the one whose memory is given back. */
const COST = { memory_kib: 47_104, passes: 1, lanes: 1 } as const;
const SALT_BYTES = 16;
const HASH_BITS = 256;

/** Hashes passwords and checks them; one of them for a process. */
export interface Passwords {
  /** A PHC string. Fails with `temporary` when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether a password is the one of a PHC string. It takes the same work for a user that there is none of: undefined
   * is no password's hash. Fails with `temporary` when too many wait.
   */
  verify(password: string, phc: string | undefined): Promise<boolean>;
  /** How many hashes were computed. */
  readonly computed: number;
}

/** Makes the hasher of a process. */
export function createPasswords(): Passwords {
  const gate = new Gate();
  let computed = 0;
  const compute = (password: string, parameters: Parameters) =>
    gate.pass(() => {
      computed += 1;
      return derive(password, parameters);
    });
  return {
    async hash(password) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      return writePhc({ ...COST, salt }, await compute(password, { ...COST, salt }));
    },
    async verify(password, phc) {
      const { hash, ...parameters } = phc === undefined ? NOBODY : readPhc(phc);
      const isEqual = timingSafeEqual(await compute(password, parameters), hash);
      return isEqual && phc !== undefined;
    },
    get computed() {
      return computed;
    },
  };
}

interface Parameters {
  readonly memory_kib: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Uint8Array;
}

/** What is computed where there is no user. */
const NOBODY = { ...COST, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BITS / 8) };

/** The password is taken in one Unicode form, as keyboards differ in how they compose (RFC 8265). */
async function derive(password: string, { memory_kib, passes, lanes, salt }: Parameters): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(password.normalize("NFC"));
  const key = await crypto.subtle.importKey("raw-secret" as "raw", bytes, "Argon2id", false, ["deriveBits"]);
  // The platform's types do not know these parameters yet.
  const algorithm = { name: "Argon2id", nonce: salt, memory: memory_kib, passes, parallelism: lanes };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, HASH_BITS));
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/;

function writePhc({ memory_kib, passes, lanes, salt }: Parameters, hash: Uint8Array): string {
  return `$argon2id$v=19$m=${memory_kib},t=${passes},p=${lanes}$${writeBase64(salt)}$${writeBase64(hash)}`;
}

function readPhc(phc: string): Parameters & { readonly hash: Uint8Array } {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc) ?? [];
  if (hash === undefined) {
    throw new CostopsError("storage_failure", "Cannot read a stored password's hash: it is damaged");
  }
  return {
    memory_kib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Uint8Array.fromBase64(salt!),
    hash: Uint8Array.fromBase64(hash),
  };
}

/** Base64 without padding, as PHC strings have it. */
function writeBase64(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}

/** Lets a few pass at once; some more wait, the rest is told to come again. */
class Gate {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside >= LIMITS.hashes_at_once) await this.#wait();
    else this.#inside += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside -= 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= LIMITS.hashes_waiting) {
      const message = "Cannot check a password now: too many are being checked; try again";
      throw new CostopsError("temporary", message, { retry_after_s: 2 });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }
}
