/**
 * What accounts are made of, as people write it: addresses, passwords, names, roles, scopes.
 */

import { isPermission, isRole, type Permission, PERMISSIONS, type Role, ROLES } from "./access.ts";
import { CostopsError } from "./error.ts";
import { LIMITS } from "./limits.ts";

/** Reads an email address. Fails with `invalid`. */
export function readEmail(text: string): string {
  const email = text.trim();
  if (/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) && email.length <= LIMITS.email_characters) return email;
  const shown = JSON.stringify(email.slice(0, LIMITS.email_characters));
  throw refuse("/email", `Cannot take ${shown} as an email: write name@example.com`);
}

/** Reads a password that is to be set; it is never quoted. Fails with `invalid`. */
export function readNewPassword(text: string): string {
  const count = [...text].length;
  const [least, most] = [LIMITS.password_characters_least, LIMITS.password_characters];
  if (!text.isWellFormed()) throw refuse("/password", "Cannot take this password: it is no whole text");
  if (count < least || count > most) {
    throw refuse("/password", `Cannot take a password of ${count} characters: write ${least} to ${most}`);
  }
  if (new Set(text).size > 3) return text;
  throw refuse("/password", "Cannot take this password: it repeats few characters; write more different ones");
}

/** Reads the name of a user or key. Fails with `invalid`. */
export function readAccountName(text: string): string {
  const name = text.trim();
  if (name !== "" && name.length <= LIMITS.id_characters && !/\p{Cc}/u.test(name)) return name;
  throw refuse(
    "/name",
    `Cannot take ${JSON.stringify(name.slice(0, LIMITS.id_characters))} as a name: ` +
      `write 1 to ${LIMITS.id_characters} visible characters`,
  );
}

/** Reads the names of roles, each once. Fails with `invalid` on none, and on an unknown one. */
export function readRoles(names: readonly string[]): Role[] {
  const roles = names.filter(isRole);
  const wrong = names.findIndex((name) => !isRole(name));
  if (wrong === -1 && roles.length > 0) return [...new Set(roles)].sort();
  throw refuseName("role", { names, wrong, allowed: Object.keys(ROLES) });
}

/** Reads the names of permissions that a key is to have, each once. Fails with `invalid` on none, and on an unknown one. */
export function readScopes(names: readonly string[]): Permission[] {
  const scopes = names.filter(isPermission);
  const wrong = names.findIndex((name) => !isPermission(name));
  if (wrong === -1 && scopes.length > 0) return [...new Set(scopes)].sort();
  throw refuseName("scope", { names, wrong, allowed: PERMISSIONS });
}

function refuseName(
  word: "role" | "scope",
  { names, wrong, allowed }: {
    readonly names: readonly string[];
    readonly wrong: number;
    readonly allowed: readonly string[];
  },
): CostopsError {
  const list = allowed.join(", ");
  if (wrong === -1) return refuse(`/${word}s`, `Cannot do without a ${word}: name at least one of ${list}`);
  const shown = JSON.stringify(names[wrong]!.slice(0, LIMITS.id_characters));
  return refuse(`/${word}s/${wrong}`, `Cannot take ${shown} as a ${word}: write one of ${list}`);
}

function refuse(pointer: string, message: string): CostopsError {
  return new CostopsError("invalid", message, { issues: [{ pointer, detail: message.replace(/^[^:]*: /, "") }] });
}
