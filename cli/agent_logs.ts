/**
 * Where coding agents keep the logs of their sessions, for `costops import claude-code` and `costops import codex`.
 */

import { basename, join } from "node:path";
import { CostopsError } from "../core/error.ts";

/** The agents whose logs are found by their name. */
const AGENTS: Readonly<Record<string, AgentLogs>> = {
  "claude-code": {
    title: "Claude Code",
    variable: "CLAUDE_CONFIG_DIR",
    homes: [".claude", join(".config", "claude")],
    folders: ["projects"],
    isLog: (path) => /\.jsonl(\.gz)?$/i.test(path),
  },
  codex: {
    title: "Codex",
    variable: "CODEX_HOME",
    homes: [".codex"],
    folders: ["archived_sessions", "sessions"],
    isLog: (path) => /^rollout-.*\.jsonl(\.gz)?$/i.test(basename(path)),
  },
};

interface AgentLogs {
  readonly title: string;
  /** Names the agent's own folder, where it is not one of the usual; Claude Code's may name several. */
  readonly variable: string;
  /** The agent's own folder, below the home folder. */
  readonly homes: readonly string[];
  readonly folders: readonly string[];
  readonly isLog: (path: string) => boolean;
}

/** The logs of one agent. */
export interface FoundLogs {
  /** Folders that are there. */
  readonly folders: readonly string[];
  /** Whether a file below them is a log of a session; the agents keep other files there too. */
  readonly isLog: (path: string) => boolean;
}

/** Finds the folders of the agent of this name; undefined when there is no such agent. Fails when it has no logs here. */
export async function findAgentLogs(name: string): Promise<FoundLogs | undefined> {
  if (!Object.hasOwn(AGENTS, name)) return undefined;
  const { title, variable, homes, folders, isLog } = AGENTS[name]!;
  const places = listHomes(variable, homes).flatMap((home) => folders.map((folder) => join(home, folder)));
  const found: string[] = [];
  for (const place of places) if (await isFolder(place)) found.push(place);
  if (found.length > 0) return { folders: found, isLog };
  throw new CostopsError(
    "not_found",
    `Cannot find logs of ${title}: there is no folder "${places.join('", "')}"; set ${variable} or name the folder`,
  );
}

function listHomes(variable: string, homes: readonly string[]): string[] {
  const named = Deno.env.get(variable);
  // A comma is what other tools that read these logs take between several folders.
  if (named !== undefined && named !== "") {
    return named.split(",").map((path) => path.trim()).filter((path) => path !== "");
  }
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "";
  return homes.map((folder) => join(home, folder));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
