/**
 * Small tables for a terminal: columns aligned by display width, no borders.
 */

import Table from "cli-table3";
import { showControls } from "./terminal.ts";

const NO_BORDERS = {
  "top": "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  "bottom": "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  "left": "",
  "left-mid": "",
  "mid": "",
  "mid-mid": "",
  "right": "",
  "right-mid": "",
  "middle": "  ",
};

/** Lays out rows under a header; control characters are shown as escapes. Ends with a newline. */
export function writeGrid(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly ("left" | "right")[],
): string {
  const table = new Table({
    head: [...header],
    colAligns: [...aligns],
    chars: NO_BORDERS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) table.push(row.map((cell) => showControls(cell)));
  return `${table.toString().split("\n").map((line) => line.trimEnd()).join("\n")}\n`;
}

/** A time of the wire to the second: a column of times is read downwards. */
export function toSecond(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
