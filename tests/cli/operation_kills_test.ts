import { fillMonth, killOperation, OPERATIONS } from "./operation_kills.ts";
import { inPlace } from "./program.ts";

// Later than the start of the program, each at another part of its work; the soak test tries many more moments.
const FRACTIONS = [0.7, 0.75, 0.8, 0.85, 0.65];

OPERATIONS.forEach((operation, at) => {
  Deno.test(`costops ${operation.name}: killed on the way, it has happened whole or not at all`, async () => {
    await inPlace(async (place) => {
      await fillMonth(place);
      await killOperation(place, { operation, fractions: [FRACTIONS[at]!] });
    });
  });
});
