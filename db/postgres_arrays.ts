/**
 * Arrays as parameters of Postgres: `pg` writes them element by element with much care, most of which ids and numbers
 * do not need.
 */

/** Texts as one array parameter, in Postgres' array syntax (documentation, "Array Input and Output Syntax"). */
export function writeTexts(texts: readonly string[]): string {
  const written = texts.map((text) => (/["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text));
  return written.length === 0 ? "{}" : `{"${written.join('","')}"}`;
}

/** Whole numbers as one array parameter. */
export function writeWholes(numbers: readonly (number | bigint)[]): string {
  return `{${numbers.join(",")}}`;
}
