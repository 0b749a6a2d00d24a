/**
 * File names: a file is named after its noun, in snake_case.
 */

import { toHousePath } from "./house.ts";

const EMPTY_NAMES = ["utils", "util", "helpers", "helper", "common", "types", "index", "misc", "shared"];

/** What is wrong with the name of a file at a path, or undefined. */
export function findNameFault(housePath: string): string | undefined {
  const base = housePath.slice(housePath.lastIndexOf("/") + 1);
  const stem = base.replace(/\..*$/, "").replace(/_(test|soak|bench)$/, "");
  if (EMPTY_NAMES.includes(stem)) return `"${base}" says nothing of what is in it: name the file after its noun`;
  return /^[a-z0-9]+(_[a-z0-9]+)*(\.[a-z]+)+$/.test(base) ? undefined : `"${base}" is not in snake_case`;
}

/** Reports files that are named after nothing, and names that are not in snake_case. */
export const fileName: Deno.lint.Rule = {
  create(context) {
    const message = findNameFault(toHousePath(context.filename));
    return { Program: () => message === undefined ? undefined : context.report({ range: [0, 1], message }) };
  },
};
