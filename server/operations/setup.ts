/**
 * The first user of an installation, by a one-time link.
 */

import { readAccountName, readEmail, readNewPassword } from "../../core/account.ts";
import { closedLink, consumeSetupLink, createSetupLink, isSetupLinkOpen } from "../../db/setup_links.ts";
import type { User } from "../../db/users.ts";
import { hashToken } from "../auth/tokens.ts";
import type { Environment } from "../environment.ts";
import type { Operation } from "./operation.ts";

/** How long a link holds. */
const LINK_MS = 30 * 60_000;

/** The organization that every database has. */
const FIRST_ORGANIZATION = "default";

/** A link's token, which is a secret, and until when it holds (milliseconds since 1970 UTC). */
export interface SetupOffer {
  readonly token: string;
  readonly expires_at: number;
}

/** Makes a setup link for whoever starts the server; undefined when there is a user already. */
export async function offerSetup(
  { database, now }: Pick<Environment, "database" | "now">,
): Promise<SetupOffer | undefined> {
  const token = crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
  const at = now();
  const link = { sha256: hashToken(token), expires_at: at + LINK_MS };
  const isKept = await createSetupLink(database, link, { actor: "server", now: at });
  return isKept ? { token, expires_at: link.expires_at } : undefined;
}

/** The first user. */
export interface SetupInput {
  readonly token: string;
  readonly email: string;
  readonly name?: string;
  readonly password: string;
}

/**
 * Makes the first user, a super admin, with a setup link, which is used up by it. Whoever serves it takes requests from
 * loopback only. Fails with `unauthenticated` on a link that does not work, and with `invalid` on a wrong field.
 */
export const setUp: Operation<SetupInput, User> = {
  name: "setUp",
  permission: null,
  handle: async ({ database, passwords, now, newId }, _principal, input) => {
    const sha256 = hashToken(input.token);
    // Nobody makes the server hash passwords without a link.
    if (!await isSetupLinkOpen(database, { sha256, now: now() })) throw closedLink();
    const email = readEmail(input.email);
    const name = input.name === undefined ? null : readAccountName(input.name);
    const password_hash = await passwords.hash(readNewPassword(input.password));
    const user = {
      organization_id: FIRST_ORGANIZATION,
      id: newId(),
      email,
      name,
      roles: ["super_admin" as const],
      password_hash,
    };
    return await consumeSetupLink(database, { sha256, user }, { actor: "setup", now: now() });
  },
};
