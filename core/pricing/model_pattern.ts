/**
 * Patterns of model names in own prices: a name, or one with `*` for any run of characters. Case never matters.
 */

/** Whether the pattern names a lower-case model. Linear in the name's length for each `*`. */
export function matchesPattern(pattern: string, model: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const first = parts[0]!;
  if (parts.length === 1) return model === first;
  const last = parts.at(-1)!;
  if (!model.startsWith(first) || model.length < first.length + last.length || !model.endsWith(last)) return false;
  let position = first.length;
  const end = model.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = model.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}

/** How specific a pattern is: a name without `*` above every pattern, then the more characters it fixes. */
export function patternSpecificity(pattern: string): number {
  return pattern.includes("*") ? pattern.replaceAll("*", "").length : Number.MAX_SAFE_INTEGER;
}
