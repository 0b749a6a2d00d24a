/// <reference lib="deno.unstable" />
import assert from "node:assert/strict";
import plugin from "../../scripts/lint_house.ts";

/** The rules that find something in a file with this text, in the order of the finds. */
function findFaults(path: string, text: string): string[] {
  return Deno.lint.runPlugin(plugin, path, text).map((fault) => fault.id);
}

function assertFaults(path: string, texts: readonly string[], expected: readonly string[]): void {
  for (const text of texts) assert.deepEqual(findFaults(path, text), expected, `${path}: ${text}`);
}

/** Each way of naming a module. */
function importsOf(specifier: string): string[] {
  return [
    `import { x } from "${specifier}";`,
    `import type { x } from "${specifier}";`,
    `import "${specifier}";`,
    `export { x } from "${specifier}";`,
    `export * from "${specifier}";`,
    `export type { x } from "${specifier}";`,
    `const load = () => import("${specifier}");`,
    "const load = () => import(`" + specifier + "`);",
    `type X = typeof import("${specifier}");`,
    `import x = require("${specifier}");`,
    `const x = require("${specifier}");`,
  ];
}

Deno.test("arrows finds each way to import what stands to the left", () => {
  assertFaults("db/usage.ts", importsOf("../server/app.ts"), ["house/arrows"]);
  assertFaults("server/app.ts", importsOf("../cli/report.ts"), ["house/arrows"]);
  assertFaults("cli/report.ts", importsOf("../main.ts"), ["house/arrows"]);
  assertFaults("db/migrations/0001_first.ts", ['import "../../server/app.ts";'], ["house/arrows"]);
});

Deno.test("arrows finds what core imports of every other part", () => {
  for (const path of ["../../main.ts", "../../cli/a.ts", "../../server/a.ts", "../../db/a.ts"]) {
    assertFaults("core/usage/record.ts", [`import "${path}";`, `export * from "${path}";`], ["house/arrows"]);
  }
});

Deno.test("arrows finds workers and resolved files that stand to the left", () => {
  assertFaults("db/pool.ts", [
    'const url = new URL("../server/report_worker.ts", import.meta.url);',
    'const url = import.meta.resolve("../server/report_worker.ts");',
  ], ["house/arrows"]);
});

Deno.test("arrows lets each part import itself and what stands to its right", () => {
  assertFaults("main.ts", importsOf("./cli/run.ts").slice(0, 9), []);
  assertFaults(
    "cli/run.ts",
    ['import "../server/app.ts";', 'import "../db/usage.ts";', 'import "../core/money.ts";'],
    [],
  );
  assertFaults("server/app.ts", ['import "./environment.ts";', 'import "../db/usage.ts";', 'import "zod";'], []);
  assertFaults("core/a.ts", ['import { b } from "./usage/b.ts";', 'import { z } from "zod";'], []);
});

Deno.test("arrows keeps the folders around the program out of it", () => {
  for (const folder of ["tests", "scripts", "bench", "examples"]) {
    assertFaults("cli/run.ts", [`import "../${folder}/a.ts";`], ["house/arrows"]);
    assertFaults(
      `${folder}/a.ts`,
      ['import "../core/money.ts";', 'import "../cli/run.ts";', 'import "../main.ts";'],
      [],
    );
  }
  assertFaults("tests/scripts/a_test.ts", ['import "../../scripts/a.ts";'], []);
});

Deno.test("arrows refuses what it cannot place: computed paths, other folders, files outside", () => {
  assertFaults("server/app.ts", [
    "const load = (name: string) => import(`../cli/${name}.ts`);",
    'import "../docs/a.ts";',
    'import "../../other/a.ts";',
    'import "/etc/a.ts";',
    'import "file:///etc/a.ts";',
  ], ["house/arrows"]);
  assertFaults("server/version.ts", ['import config from "../deno.json" with { type: "json" };'], []);
});

Deno.test("pure-core finds the clock, randomness, network, system and terminal in core", () => {
  assertFaults("core/time.ts", [
    "const x = Date.now();",
    "const x = Date.now;",
    'const x = Date["now"]();',
    "const x = new Date();",
    "const x = new Date;",
    "const x = Date();",
    "const clock = Date;",
    "const { now } = Date;",
    "const x = Math.random();",
    "const { random } = Math;",
    "const x = crypto.randomUUID();",
    "crypto.getRandomValues(bytes);",
    "const x = performance.now();",
    "const x = Temporal.Now.instant();",
    "const x = await_(fetch(url));",
    "const x = { fetch };",
    'const x = Deno.env.get("A");',
    "const x = globalThis.Deno;",
    'console.log("a");',
    "setTimeout(f, 1);",
    'import { readFileSync } from "node:fs";',
    'import { randomUUID } from "node:crypto";',
    'import crypto_ from "node:crypto";',
    'import * as crypto_ from "node:crypto";',
    'import "node:fs";',
  ], ["house/pure-core"]);
});

Deno.test("pure-core leaves what follows from its arguments", () => {
  assertFaults("core/time.ts", [
    "const x = new Date(0);",
    "const x = Date.UTC(2026, 0);",
    "const x = Date.parse(text);",
    "const x = Math.floor(1.5);",
    "const x = value instanceof Date;",
    "function at(instant: Temporal.Instant, day: Date) { return [instant, day]; }",
    'const x = Temporal.Instant.from("2026-01-01T00:00:00Z");',
    "const x = environment.fetch(url);",
    "const x = { fetch: 1, console: 2 };",
    "interface Reader { fetch: string; console(): void }",
    'import { createHash } from "node:crypto";',
    "// Date.now() and Deno.env are the caller's",
    'const x = "Date.now()";',
    "const x = `Deno.env`;",
  ], []);
});

Deno.test("pure-core leaves the other parts alone", () => {
  assertFaults(
    "cli/run.ts",
    ["const x = Date.now();", 'console.log("a");', 'import { readFileSync } from "node:fs";'],
    [],
  );
});

Deno.test("specifiers finds packages and hosts that are named in code", () => {
  for (
    const specifier of ["npm:zod@4", "npm:zod", "jsr:@std/csv", "https://example.com/a.ts", "http://example.com/a.ts"]
  ) {
    assertFaults("tests/a_test.ts", importsOf(specifier), ["house/specifiers"]);
  }
});

Deno.test("specifiers finds a registry's host in text", () => {
  assertFaults("cli/a.ts", [
    ["const x = 'https://registry", "example", "org/zod';"].join("."),
    ["const x = `https://npmjs", "com/${y}`;"].join("."),
  ], ["house/specifiers"]);
  assertFaults("cli/a.ts", ['const x = "https://example.com/prices.json";', 'const x = "esm modules";'], []);
});

Deno.test("file-name finds names that say nothing, and names that are not in snake_case", () => {
  for (
    const name of ["utils", "helpers", "common", "types", "index", "utils_test", "findPrice", "find-price", "Money"]
  ) {
    assertFaults(`db/${name}.ts`, [""], ["house/file-name"]);
  }
  for (const name of ["money", "price_book", "0001_first", "query_types", "report_test", "ingest_soak", "worker.d"]) {
    assertFaults(`db/${name}.ts`, [""], []);
  }
});

Deno.test("doc-comment finds each kind of export without one", () => {
  assertFaults("core/a.ts", [
    "export function f(): void {}",
    "export async function* f() {}",
    "export class A {}",
    "export interface A {}",
    "export type A = string;",
    "export const a = 1;",
    "export let a = 1;",
    "export default function () {}",
    "const a = 1;\nexport { a };",
    "/* Not a doc comment. */\nexport const a = 1;",
    "// Not a doc comment.\nexport const a = 1;",
    '/** Of the import. */\nimport { z } from "zod";\nexport const a = z;',
    "/** Of b. */\nconst b = 1;\nexport const a = b;",
  ], ["house/doc-comment"]);
});

Deno.test("doc-comment leaves what is documented, re-exported, or shares a documented noun", () => {
  assertFaults("core/a.ts", [
    "/** A. */\nexport const a = 1;",
    "/** A. */\n// deno-lint-ignore no-explicit-any\nexport type A = any;",
    "/** A. */\nconst a = 1;\nexport { a };",
    'export { a } from "./b.ts";',
    'export * from "./b.ts";',
    "/** A. */\nexport function f(a: string): void;\nexport function f(a: number): void;\nexport function f(_a: unknown): void {}",
    "/** A. */\nexport const TABLE = {} as const;\nexport type Name = keyof typeof TABLE;",
    "const a = 1;",
  ], []);
  assertFaults("tests/a.ts", ["export const a = 1;"], []);
});

Deno.test("finished-words finds them in comments, text and names", () => {
  assertFaults("core/a.ts", [
    "// TODO: later",
    "/* fixme */",
    "// This is a placeholder.",
    'const x = "not implemented";',
    "const x = `Not yet implemented: ${y}`;",
    'const x = "TODO";',
    "const todo = 1;",
    "const throwNotImplemented = 1;",
  ], ["house/finished-words"]);
  assertFaults(
    "server/page.ts",
    ['const x = `<input placeholder="2026-01-01">`;', "const todos = 1;", "// Hackney"],
    [],
  );
});

Deno.test("top-level-await leaves waiting at the top to main.ts", () => {
  assertFaults("cli/run.ts", ["await start();", "for await (const x of y) z(x);"], ["house/top-level-await"]);
  assertFaults("cli/run.ts", ["async function run() { await start(); for await (const x of y) z(x); }"], []);
  assertFaults("main.ts", ["await start();"], []);
  assertFaults("scripts/a.ts", ["await start();"], []);
});
