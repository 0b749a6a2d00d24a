/**
 * The address of a Postgres server as its client takes it.
 */

import { CostopsError } from "../core/error.ts";
import { maskPassword } from "../core/mask.ts";

/**
 * An address in which `sslmode` means what it means to psql: `require` encrypts, `verify-full` checks who it is too.
 * Fails with `usage` on one that cannot be read: what the client would say of it shows its password.
 */
export function readAddress(url: string): string {
  if (!URL.canParse(url)) {
    const shown = maskPassword(url);
    throw new CostopsError(
      "usage",
      `Cannot read the address "${shown}": write postgres://USER:PASSWORD@HOST:PORT/DATABASE, and signs like ` +
        "/ # ? @ in the password as %2F %23 %3F %40",
    );
  }
  if (!/[?&]sslmode=/.test(url) || /[?&]uselibpqcompat=/.test(url)) return url;
  return `${url}&uselibpqcompat=true`;
}
