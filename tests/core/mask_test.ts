import assert from "node:assert/strict";
import { maskPassword } from "../../core/mask.ts";

Deno.test("maskPassword() takes the password out of an address, also one with signs that nobody escaped", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["postgres://ann:hunter2@db:5432/costs", "postgres://ann:***@db:5432/costs"],
    ["postgres://ann:p@ss/w:rd@db/costs", "postgres://ann:***@db/costs"],
    ["redis://:hunter2@cache:6379/0", "redis://:***@cache:6379/0"],
    [
      "postgresql://db/costs?user=ann&password=hunter2&sslmode=require",
      "postgresql://db/costs?user=ann&password=***&sslmode=require",
    ],
    ["postgres://db/costs?sslpassword=hunter2", "postgres://db/costs?sslpassword=***"],
    ["host=db password='hunter 2' dbname=costs", "host=db password=*** dbname=costs"],
    ['"http://ann:hunter2@db"', '"http://ann:***@db"'],
  ];
  for (const [address, shown] of cases) assert.equal(maskPassword(address), shown);
});

Deno.test("maskPassword() leaves an address without a password as it is", () => {
  for (
    const address of ["sqlite:/data/costops.db", "postgres://ann@db:5432/costs", "redis://cache:6379", "costops.db"]
  ) {
    assert.equal(maskPassword(address), address);
  }
});
