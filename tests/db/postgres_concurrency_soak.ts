import { appendSameCalls, appendSameRecords } from "./postgres_concurrency.ts";

for (let run = 1; run <= 20; run++) {
  Deno.test(
    `two processes append the same records to one Postgres: each is stored once, run ${run} of 20`,
    appendSameRecords,
  );
  Deno.test(`three processes append the states of the same calls to one Postgres, run ${run} of 20`, appendSameCalls);
}
