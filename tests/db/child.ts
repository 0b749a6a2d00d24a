/**
 * Child processes of the tests of db/: each runs a script beside this file with this same Deno.
 */

import { fileURLToPath } from "node:url";

/** A child that runs. */
export interface Child {
  readonly pid: number;
  /** What it printed so far, by line; the last one may be cut short when it was killed. */
  readonly lines: readonly string[];
  /** Its exit code and all that it said on stderr. */
  readonly ended: Promise<{ readonly code: number; readonly errors: string }>;
  hasEnded(): boolean;
  /** kill -9, unless it has ended. */
  kill(): void;
}

/** Starts a script of this folder. */
export function startChild(script: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return watchChild(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-all", path, ...args],
      env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }),
  );
}

/** Starts a command and gathers what it says. */
export function watchChild(command: Deno.Command): Child {
  const child = command.spawn();
  const lines: string[] = [];
  let hasEnded = false;
  const read = async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    }
  };
  const end = async () => {
    const [errors, { code }] = await Promise.all([new Response(child.stderr).text(), child.status, read()]);
    hasEnded = true;
    return { code, errors };
  };
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself just before.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  return { pid: child.pid, lines, ended: end(), hasEnded: () => hasEnded, kill };
}

/** Waits until a child has printed a line. */
export async function waitForLine(child: Child, line: string): Promise<void> {
  while (!child.lines.includes(line)) {
    if (child.hasEnded()) throw new Error(`the child ended by itself: ${(await child.ended).errors}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
