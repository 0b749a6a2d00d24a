/**
 * Records of a request: counted before they are looked at, and charged to the rate limit.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import { type InputItem, readInput } from "../../core/usage/reader.ts";
import type { RouteRequest } from "./route.ts";

/** Records for 1 of the rate limit. */
const RECORDS_FOR_ONE = 100;

/** Reads the records of a batch. Fails with `too_large` beyond `LIMITS.batch_records`, with `rate_limited` as it does. */
export async function readBatch(
  { body, charge }: Pick<RouteRequest<unknown, unknown, Uint8Array>, "body" | "charge">,
): Promise<InputItem[]> {
  const items: InputItem[] = [];
  for await (const group of readInput(once(body))) {
    for (const item of group) items.push(item);
    if (items.length > LIMITS.batch_records) {
      throw new CostopsError(
        "too_large",
        `Cannot take a batch of more than ${LIMITS.batch_records} records: send a stream`,
      );
    }
  }
  if (items.length === 0) throw new CostopsError("invalid", "Cannot take an empty batch: send at least one record");
  await charge(Math.floor(items.length / RECORDS_FOR_ONE));
  return items;
}

/** Passes the records of a stream on as fast as the rate limit lets them. */
export async function* chargeRecords(
  groups: AsyncIterable<InputItem[]>,
  { charge }: Pick<RouteRequest, "charge">,
): AsyncGenerator<InputItem[]> {
  let uncharged = 0;
  for await (const group of groups) {
    uncharged += group.length;
    const cost = Math.floor(uncharged / RECORDS_FOR_ONE);
    uncharged -= cost * RECORDS_FOR_ONE;
    if (cost > 0) await chargePatiently(charge, cost);
    yield group;
  }
}

async function chargePatiently(charge: (cost: number) => Promise<void>, cost: number): Promise<void> {
  while (true) {
    try {
      return await charge(cost);
    } catch (error) {
      if (!(error instanceof CostopsError) || error.kind !== "rate_limited") throw error;
      const wait_ms = (error.retry_after_s ?? 1) * 1000;
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
