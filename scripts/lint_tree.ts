/**
 * What the house asks of files that are no code, and of how code may speak to the lint: exact versions, no registry's
 * host, no silenced house rule.
 */

import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ROOT } from "./lint/house.ts";
import { REGISTRY_HOST } from "./lint/specifiers.ts";

const MADE_FOLDERS = [".git", "node_modules", "dist", "quickstart", "coverage"];
const TEXT_FILE = /(?:\.(?:ts|js|json|lock|md|toml|sql|sh|html|css|yml|yaml)|^\.npmrc|^Dockerfile|^\.ci\/.*|^LICENSE)$/;

/** A comment that silences a rule of the house, and one that silences every rule. */
const SILENCED = [
  /^[^"'`\n]*\/\/\s*deno-lint-ignore(?:-file)?\b[^\n]*\bhouse\//m,
  /^[^"'`\n]*\/\/\s*deno-lint-ignore(?:-file)?[ \t]*(?:--[^\n]*)?$/m,
];

/** What is wrong with one file's text. */
export function findTreeFaults(path: string, text: string): string[] {
  const faults: string[] = [];
  const host = REGISTRY_HOST.exec(text)?.[0];
  if (host !== undefined) faults.push(`${path}: "${host}" is a registry's host: the repository names none`);
  if (/(?:^|\/)deno\.json$/.test(path)) faults.push(...findVersionFaults(path, text));
  if (path.endsWith(".ts") && SILENCED.some((pattern) => pattern.test(text))) {
    faults.push(`${path}: a house rule is silenced: change the code, or the rule for everybody`);
  }
  return faults;
}

/** A range of versions, or none, would let two installations count differently. */
function findVersionFaults(path: string, text: string): string[] {
  const imports: Record<string, string> = JSON.parse(text).imports ?? {};
  return Object.entries(imports)
    .filter(([, target]) => !/^npm:(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.]+)?(?:\/.*)?$/.test(target))
    .map(([name, target]) => `${path}: "${name}" is "${target}": write npm:name@1.2.3, the version exact`);
}

async function main(): Promise<number> {
  const faults: string[] = [];
  for await (const path of walk(ROOT)) faults.push(...findTreeFaults(path, await readFile(join(ROOT, path), "utf8")));
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

async function* walk(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const housePath = relative(ROOT, path).replaceAll(sep, "/");
    if (entry.isDirectory() && !MADE_FOLDERS.includes(entry.name)) yield* walk(path);
    else if (entry.isFile() && TEXT_FILE.test(housePath)) yield housePath;
  }
}

if (import.meta.main) Deno.exit(await main());
