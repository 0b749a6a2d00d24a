/**
 * Servers as the benchmarks run them, and the load on them: each a process of its own.
 */

import { openDatabase } from "../db/database.ts";
import { createOrganization } from "../db/organizations.ts";
import { createEnvironment } from "../server/environment.ts";
import { addApiKey } from "../server/operations/api_keys.ts";
import { perform } from "../server/operations/operation.ts";
import { addUser } from "../server/operations/users.ts";
import { OPERATOR } from "./costops.ts";
import type { Load, LoadResult } from "./serve_load.ts";

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-net"];

/** A server that runs. */
export interface BenchServer {
  readonly port: number;
  /** Resident memory in MiB. */
  readMemory(): Promise<number>;
  /** Time of all its threads up to now in milliseconds, in steps of 10; only Linux tells. */
  readProcessorTime(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `costops serve` without a rate limit that would be felt. */
export async function startCostops(
  database: string,
  { flags = [], args = [] }: { readonly flags?: readonly string[]; readonly args?: readonly string[] } = {},
): Promise<BenchServer> {
  const program = new URL("../main.ts", import.meta.url).pathname;
  const { child, line } = await start(
    [...flags, ...PERMISSIONS, program, "serve", "--port=0", "--json", "-q", ...args],
    {
      DATABASE_URL: database,
      RATE_LIMIT_PER_SECOND: "1000000",
      RATE_LIMIT_BURST: "1000000",
      LOG_LEVEL: "warn",
      JWT_SECRET: crypto.getRandomValues(new Uint8Array(32)).toHex(),
    },
  );
  return toServer(child, Number(new URL(JSON.parse(line).url).port));
}

/** Starts the bare app. */
export async function startBare(): Promise<BenchServer> {
  const program = new URL("./serve_bare.ts", import.meta.url).pathname;
  const { child, line } = await start([...PERMISSIONS, program], {});
  return toServer(child, Number(line));
}

/** Runs a load in a process of its own and gives what became of it. */
export async function load(given: Load): Promise<LoadResult> {
  const program = new URL("./serve_load.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--cached-only", "--allow-net", program, JSON.stringify(given)],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "piped",
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Makes organizations in a database with an API key each: one may have only so many requests in flight. */
export async function makeKeys(url: string, count: number): Promise<string[]> {
  const database = await openDatabase(url);
  try {
    const environment = createEnvironment(database);
    const keys: string[] = [];
    for (let at = 0; at < count; at++) {
      const id = at === 0 ? "default" : `org-${at}`;
      const now = environment.now();
      if (at > 0) await createOrganization(database, { id, name: id }, { actor: "bench", now });
      const context = { environment, principal: { ...OPERATOR, organization_id: id } };
      const made = await perform(addApiKey, context, { name: "bench", scopes: ["usage:create", "cost:read"] });
      keys.push(made.key);
    }
    // With a user there is no setup to be offered.
    const user = { email: "bench@example.com", name: undefined, roles: ["viewer"], password: "not a secret, a bench" };
    await perform(addUser, { environment, principal: OPERATOR }, user);
    return keys;
  } finally {
    await database.close();
  }
}

async function start(args: readonly string[], env: Record<string, string>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--cached-only", ...args],
    env: { DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the server ended before it was ready");
    text += value;
  }
  reader.releaseLock();
  return { child, line: text.split("\n")[0]! };
}

function toServer(child: Deno.ChildProcess, port: number): BenchServer {
  return {
    port,
    readMemory: async () => {
      const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(child.pid)] }).output();
      return Number(new TextDecoder().decode(stdout)) / 1024;
    },
    readProcessorTime: async () => {
      // `ps` tells whole seconds, and Deno reads /proc for nobody with less than all permissions.
      const { stdout } = await new Deno.Command("cat", { args: [`/proc/${child.pid}/stat`] }).output();
      const about = new TextDecoder().decode(stdout);
      // The name of the program comes second, in parentheses, and may have anything in it; times are in ticks of 10 ms.
      const [user, system] = about.slice(about.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
      return (user! + system!) * 10;
    },
    stop: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}
