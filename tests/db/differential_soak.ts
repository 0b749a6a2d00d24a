import { compareDatabases } from "./differential.ts";

Deno.test("SQLite and Postgres give the same answers to the same 1,500 runs of steps", () => compareDatabases(1_500));
