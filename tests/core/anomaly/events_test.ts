import { strict as assert } from "node:assert";
import { findEvents } from "../../../core/anomaly/events.ts";
import { DAILY } from "../../../core/anomaly/watch.ts";

const WEEK = [10, 12, 11, 13, 12, 4, 3];
const flat = (weeks: number) => Array.from({ length: 7 * weeks }, (_, at) => WEEK[at % 7]!);

Deno.test("findEvents() joins the days of a level into one event, beside what they would have been", () => {
  const values = flat(12).map((value, at) => at >= 56 && at < 61 ? value + 8 : value);
  const { events } = findEvents(values, DAILY);
  assert.equal(events.length, 1);
  const [event] = events;
  assert.deepEqual(
    [event!.start, event!.end, event!.flagged, event!.direction, event!.is_accepted, event!.is_ongoing],
    [56, 60, 56, 1, false, false],
  );
  assert.deepEqual(event!.expected, [10, 12, 11, 13, 12]);
});

Deno.test("findEvents() says that an event goes on, and that a level of three weeks is accepted", () => {
  const going = findEvents(flat(8).map((value, at) => at >= 53 ? value + 8 : value), DAILY).events;
  assert.deepEqual(going.map(({ start, end, is_ongoing }) => [start, end, is_ongoing]), [[53, 55, true]]);
  const staying = findEvents(flat(16).map((value, at) => at >= 56 ? value + 8 : value), DAILY).events;
  assert.deepEqual([staying[0]!.start, staying[0]!.end, staying[0]!.is_accepted], [56, 76, true]);
  assert.equal(staying.length, 1);
});

Deno.test("findEvents() measures a drop below the baseline", () => {
  const values = flat(12).map((value, at) => at >= 56 && at < 58 ? 0 : value);
  const [event] = findEvents(values, DAILY).events;
  assert.deepEqual([event!.start, event!.end, event!.direction, event!.expected], [56, 57, -1, [10, 12]]);
});
