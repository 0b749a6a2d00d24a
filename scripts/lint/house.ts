/// <reference lib="deno.unstable" />
/**
 * Where a file stands in the house: the folders in the order of the arrows, and those outside of it.
 */

import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of the program; each may import itself and what stands to its right. */
export const LAYERS = ["main", "cli", "server", "db", "core"] as const;

/** A part of the program. */
export type Layer = (typeof LAYERS)[number];

/** The folders around the program: they may import anything, and no part of the program imports them. */
export const OUTER_FOLDERS = ["tests", "scripts", "bench", "examples"] as const;

/** The repository's folder. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** A file's path from the repository's folder, with `/`; it begins with `../` when the file is outside. */
export function toHousePath(filename: string): string {
  return relative(ROOT, resolve(ROOT, filename)).replaceAll(sep, "/");
}

/** The path of what a relative specifier in a file names, from the repository's folder. */
export function resolveSpecifier(housePath: string, specifier: string): string {
  if (isAbsolute(specifier)) return toHousePath(specifier);
  const path = specifier.replace(/[?#].*$/, "");
  return toHousePath(resolve(ROOT, dirname(housePath), path));
}

/** The part of the program that a path belongs to; undefined for everything around it. */
export function findLayer(housePath: string): Layer | undefined {
  if (housePath === "main.ts") return "main";
  const [folder, rest] = housePath.split("/", 2);
  return rest === undefined ? undefined : LAYERS.find((layer) => layer !== "main" && layer === folder);
}

/** The folder around the program that a path belongs to. */
export function findOuterFolder(housePath: string): (typeof OUTER_FOLDERS)[number] | undefined {
  return OUTER_FOLDERS.find((folder) => housePath.startsWith(`${folder}/`));
}
