/**
 * How wide texts are on a terminal, where `模` takes two columns and a combining accent none.
 */

import stringWidth from "string-width";

/** The width of a text in a terminal's columns. */
export function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/** Cuts a text to a width, an ellipsis in the place of what is gone. */
export function cutText(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    if (widthOf(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Fills a text up to a width with spaces on one side. */
export function padText(
  text: string,
  { width, side }: { readonly width: number; readonly side: "left" | "right" },
): string {
  const spaces = " ".repeat(Math.max(0, width - widthOf(text)));
  return side === "left" ? spaces + text : text + spaces;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
