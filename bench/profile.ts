/**
 * Reads a CPU profile of V8 (`deno run --cpu-prof …`) and prints where the time went, by function.
 *
 * Run as `deno run --allow-read bench/profile.ts FILE.cpuprofile`. Native functions are told apart by who called them:
 * of SQLite all is `run`.
 */

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const ROWS = 30;

/** Microseconds of each function itself, without what it called, the longest first. */
export function sumSelfTimes({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const times = new Map<number, number>();
  samples.forEach((id, at) => times.set(id, (times.get(id) ?? 0) + timeDeltas[at]!));
  const callers = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) callers.set(child, node);
  const sums = new Map<string, number>();
  for (const node of nodes) {
    const name = nameOf(node, callers);
    sums.set(name, (sums.get(name) ?? 0) + (times.get(node.id) ?? 0));
  }
  return [...sums].sort(([, one], [, other]) => other - one);
}

function nameOf(node: ProfileNode, callers: ReadonlyMap<number, ProfileNode>): string {
  const { functionName, url } = node.callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url !== "" || name.startsWith("(")) return `${name} ${shorten(url)}`.trimEnd();
  const callersNames: string[] = [];
  for (let at = callers.get(node.id); at !== undefined && callersNames.length < 2; at = callers.get(at.id)) {
    if (at.callFrame.functionName !== "") callersNames.push(at.callFrame.functionName);
  }
  return [name, ...callersNames].join(" < ");
}

/** The part of an address below the project, or below the cache of packages. */
function shorten(url: string): string {
  return /(?:^|\/)((?:core|db|server|cli|bench|npm)\/.*)$/.exec(url)?.[1] ?? url;
}

if (import.meta.main) {
  const [path] = Deno.args;
  if (path === undefined) throw new Error("Cannot print a profile without its file: name it");
  const times = sumSelfTimes(JSON.parse(await Deno.readTextFile(path)));
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  for (const [name, time] of times.slice(0, ROWS)) {
    console.log(
      `${(100 * time / total).toFixed(1).padStart(5)} %  ${(time / 1000).toFixed(0).padStart(6)} ms  ${name}`,
    );
  }
}
