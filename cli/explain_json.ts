/**
 * An explanation as JSON, as the API gives it.
 */

import type { Explanation } from "../server/operations/explanations.ts";
import { toWireExplanation } from "../server/wire/explanation.ts";

/** Writes an explanation; ends with a newline. */
export function writeExplanation(explanation: Explanation): string {
  return `${JSON.stringify(toWireExplanation(explanation), null, 2)}\n`;
}
