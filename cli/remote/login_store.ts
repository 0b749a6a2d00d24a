/**
 * Where logins are kept: one file of the user's own, by server.
 */

import { join } from "node:path";
import { CostopsError } from "../../core/error.ts";
import { configFolder } from "../../server/config/keys.ts";

/** A session of a server. */
export interface Login {
  readonly email: string;
  readonly access_token: string;
  readonly refresh_token: string;
  /** When the access token ends; milliseconds since 1970 UTC, by this machine's clock. */
  readonly expires_at: number;
}

type Logins = Readonly<Record<string, Login>>;

/** The name that a server is kept under: the same however its address is spelled. */
export function serverKey(server: string): string {
  return new URL(server).href.replace(/\/+$/, "");
}

/** The login of a server, undefined when there is none. */
export async function findLogin(server: string): Promise<Login | undefined> {
  return (await readLogins())[serverKey(server)];
}

/** The servers that there are logins for. */
export async function listServers(): Promise<string[]> {
  return Object.keys(await readLogins());
}

/**
 * Changes the login of a server while no other process does: `change` is given the one that is kept now, and what it
 * gives is kept in its place; undefined takes it away.
 */
export async function changeLogin(
  server: string,
  change: (login: Login | undefined) => Promise<Login | undefined>,
): Promise<Login | undefined> {
  const folder = configFolder(Deno.env.toObject());
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await Deno.open(join(folder, "credentials.lock"), { create: true, write: true, mode: 0o600 });
  try {
    await lock.lock(true);
    const logins = await readLogins();
    const key = serverKey(server);
    const before = logins[key];
    const after = await change(before);
    if (after !== before) await writeLogins(folder, after, { key, logins });
    return after;
  } finally {
    lock.close();
  }
}

function storePath(folder: string): string {
  return join(folder, "credentials.json");
}

async function readLogins(): Promise<Logins> {
  const path = storePath(configFolder(Deno.env.toObject()));
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new CostopsError("failure", `Cannot read the logins in "${path}": no permission`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = "it is no JSON; delete it and log in again";
    throw new CostopsError("failure", `Cannot read the logins in "${path}": ${hint}`, { cause });
  }
}

/** Written beside it and put in its place, so that it is never half there, and never anybody else's to read. */
async function writeLogins(
  folder: string,
  login: Login | undefined,
  { key, logins }: { readonly key: string; readonly logins: Logins },
): Promise<void> {
  const { [key]: _before, ...others } = logins;
  const kept = login === undefined ? others : { ...others, [key]: login };
  const path = storePath(folder);
  const beside = `${path}.${Deno.pid}`;
  try {
    using file = await Deno.open(beside, { create: true, write: true, truncate: true, mode: 0o600 });
    await Deno.chmod(beside, 0o600);
    const bytes = new TextEncoder().encode(`${JSON.stringify(kept, null, 2)}\n`);
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    await file.sync();
    await Deno.rename(beside, path);
  } catch (cause) {
    throw new CostopsError("failure", `Cannot keep the login in "${path}": no permission, or no room`, { cause });
  }
}
