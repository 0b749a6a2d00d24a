/**
 * Text in HTML and SVG.
 */

import { revealControls } from "../display.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Writes a text so that it is only text, in an element or an attribute; what hides or reorders text is shown. */
export function escapeHtml(text: string): string {
  return revealControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
