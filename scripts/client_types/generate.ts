/**
 * Prints the types of openapi.json in TypeScript: client/openapi.d.ts is what this prints.
 *
 * A program of its own, with a deno.json and a lock of its own: Deno fetches all that a lock names before it runs
 * anything, and whoever uses costops should not wait for TypeScript.
 */

import { readFile } from "node:fs/promises";
import openapiTypeScript, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../openapi.json", import.meta.url);

const HEAD = "// Made by scripts/client_types/generate.ts from openapi.json; not to be changed by hand.\n";

async function generate(): Promise<string> {
  const document = await readFile(DOCUMENT, "utf8");
  return `${HEAD}${astToString(await openapiTypeScript(document))}`;
}

if (import.meta.main) await Deno.stdout.write(new TextEncoder().encode(await generate()));
