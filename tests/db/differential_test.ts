import { compareDatabases } from "./differential.ts";
import { isPostgresExpected } from "./postgres_place.ts";

Deno.test({
  name: "SQLite and Postgres give the same answers to the same steps, and hold the same in the end (needs Postgres)",
  ignore: !isPostgresExpected(),
  fn: () => compareDatabases(60),
});
