/**
 * Tells a secret that somebody made from one that stands in a document.
 */

/** HS256 takes as many bytes as its hash has (RFC 7518, section 3.2). */
export const SECRET_BYTES = 32;

/** Fewer different characters than this are no random text: 32 random hexadecimal digits have them but once in 10^6. */
const LEAST_CHARACTERS = 8;

/**
 * What samples of secrets in documents are made of (`change-me`, `your-secret-key`, …): a secret with any of it is refused.
 * The chance that random text spells one of these is nil.
 */
const SAMPLE_WORDS =
  /change.?(?:me|this|it)|replace.?(?:me|this|with)|(?:^|[^a-z])your[^a-z]|secret.?key|super.?secret|placeholder|example|at.?least.?32|random.?(?:bytes|string|secret)|0123456789|1234567890|abcdefgh/i;

/** Whether a text may sign tokens: long enough, varied enough, and no sample from a document. */
export function isRealSecret(value: string): boolean {
  if (new TextEncoder().encode(value).length < SECRET_BYTES) return false;
  return new Set(value).size >= LEAST_CHARACTERS && !SAMPLE_WORDS.test(value);
}
