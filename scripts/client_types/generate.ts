/**
 * Prints the types of openapi.json in TypeScript: client/openapi.d.ts is what this prints.
 *
 * A program of its own, with a deno.json and a lock of its own: Deno fetches all that a lock names before it runs
 * anything, and whoever uses costops should not wait for TypeScript.
 */

import { readFile } from "node:fs/promises";
import config from "./deno.json" with { type: "json" };

/** What is used of openapi-typescript, which the check of the whole project does not know. */
interface Generator {
  default(document: string): Promise<unknown>;
  astToString(types: unknown): string;
}

const DOCUMENT = new URL("../../openapi.json", import.meta.url);

const HEAD = "// Made by scripts/client_types/generate.ts from openapi.json; not to be changed by hand.\n";

async function generate(): Promise<string> {
  const document = await readFile(DOCUMENT, "utf8");
  const { default: makeTypes, astToString }: Generator = await import(config.imports["openapi-typescript"]);
  return `${HEAD}${astToString(await makeTypes(document))}`;
}

if (import.meta.main) await Deno.stdout.write(new TextEncoder().encode(await generate()));
