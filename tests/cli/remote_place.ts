/**
 * A place with a database and a server on an equal one, so that a command can be run on both and compared.
 */

import { join } from "node:path";
import { type RunningServer, startServer } from "../../server/start.ts";
import { VERSION } from "../../server/version.ts";
import { type Finished, inPlace, type Place } from "./program.ts";

/** Both sides of one command. */
export interface Sides {
  readonly local: Finished;
  readonly remote: Finished;
}

/** A place and its server. */
export interface RemotePlace {
  readonly place: Place;
  readonly server: RunningServer;
  /** The server's database. */
  readonly database: string;
  /** Runs a command on the database and on the server. */
  both(args: readonly string[], input?: string): Promise<Sides>;
  /** Runs a command on the server. */
  remote(args: readonly string[], input?: string): Promise<Finished>;
}

/** Somebody who may do everything, on both sides. */
export const EMAIL = "ann@example.com";
export const PASSWORD = "correct horse battery staple";

/** 32 bytes that sign the tokens of tests. */
const SECRET = "q8fj2kd9s0alxmcnvbzqpwoeirutyghf";

/** Runs a test beside a server whose database is a copy of the place's once `seed` has filled it; Ann is logged in. */
export async function withServer(
  test: (remote: RemotePlace) => Promise<void>,
  { seed, variables = {} }: {
    readonly seed?: (place: Place) => Promise<void>;
    readonly variables?: Record<string, string>;
  } = {},
): Promise<void> {
  await inPlace(async (place) => {
    await place.run(["admin", "user", "create", EMAIL, "--role", "super_admin", "--password-stdin"], PASSWORD);
    await seed?.(place);
    const database = join(place.folder, "server.db");
    await Deno.copyFile(place.database, database);
    const server = await startServer({
      database_url: `sqlite:${database}`,
      version: VERSION,
      port: 0,
      rate_limit_per_second: 100_000,
      rate_limit_burst: 100_000,
      jwt_secret: SECRET,
      alerts_allow_loopback: variables.ALERTS_ALLOW_LOOPBACK === "true",
      log: { write: () => {}, flush: () => Promise.resolve() },
    });
    const remote = (args: readonly string[], input?: string) => place.run([...args, "--server", server.url], input);
    const both = async (args: readonly string[], input?: string) => {
      const [local, there] = await Promise.all([place.run(args, input), remote(args, input)]);
      return { local, remote: there };
    };
    try {
      const login = await remote(["auth", "login", "--email", EMAIL, "--password-stdin"], PASSWORD);
      if (login.code !== 0) throw new Error(`no login: ${login.err}`);
      await test({ place, server, database, both, remote });
    } finally {
      await server.stop();
    }
  }, variables);
}

/** What differs between two runs of anything: the time it was made at. */
export function withoutTimes({ out, err, code }: Finished): Finished {
  const hide = (text: string) =>
    text.replace(/"generated_at": "[^"]*"/g, '"generated_at": "…"').replace(/Made at [^<]*\./, "Made at ….");
  return { out: hide(out), err: hide(err), code };
}

/** The day of now as a pattern: that when the tests began, and the next, which may begin meanwhile. */
export const TODAY = `(?:${
  [0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)).join("|")
})`;

/** What differs between two databases beyond that: instants of now, and ids that are made. */
export function withoutMade(finished: Finished): Finished {
  const { out, err, code } = withoutTimes(finished);
  const hide = (text: string) =>
    text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
      .replaceAll(new RegExp(`${TODAY}T[\\d:.]+Z`, "g"), "<now>")
      .replace(/cops_[0-9A-Za-z]{8}_?[0-9A-Za-z_-]+/g, "<key>")
      .replace(/"created_by": (null|"<id>")/g, '"created_by": "<maker>"')
      .replace(/"id": "[0-9A-Za-z]{8}"/g, '"id": "<key id>"')
      .replace(/the API key [0-9A-Za-z]{8} in/g, "the API key <key id> in");
  return { out: hide(out), err: hide(err), code };
}
