/**
 * Did you mean: the known name nearest to one that was mistyped.
 */

import { distance } from "fastest-levenshtein";

/** The known name with the fewest edits, undefined when even that is no typo: more than 3 edits or than a third of the letters. */
export function findNearest(text: string, known: Iterable<string>): string | undefined {
  const wanted = text.slice(0, 64).toLowerCase();
  let nearest: { name: string; edits: number } | undefined;
  for (const name of known) {
    const edits = countEdits(wanted, name.toLowerCase());
    if (nearest === undefined || edits < nearest.edits) nearest = { name, edits };
  }
  return nearest !== undefined && nearest.edits <= 3 && nearest.edits <= Math.ceil(wanted.length / 3)
    ? nearest.name
    : undefined;
}

/** Letters in another order are one slip of the fingers, not several. */
function countEdits(one: string, other: string): number {
  const sorted = (text: string) => [...text].sort().join("");
  return one !== other && sorted(one) === sorted(other) ? 1 : distance(one, other);
}
