import assert from "node:assert/strict";
import { fillMonth, killOperation, OPERATIONS } from "./operation_kills.ts";
import { inPlace } from "./program.ts";

const KILLS = 30;

for (const operation of OPERATIONS) {
  Deno.test(`costops ${operation.name}: killed at ${KILLS} moments, it has happened whole or not at all`, async () => {
    await inPlace(async (place) => {
      await fillMonth(place);
      const fractions = Array.from({ length: KILLS }, () => 0.2 + Math.random() * 0.7);
      const kills = await killOperation(place, { operation, fractions });
      assert.ok(kills >= KILLS / 4, `${kills} of ${KILLS} kills came while it ran`);
    });
  });
}
