/**
 * Takes secrets out of text before it is logged, whatever brought them there.
 */

/** Nothing that is replaced below lacks all of these, and most lines have none of them. */
const SUSPECT = /cops_|whsec_|eyj|:\/\/|passw|pwd|secret|token|authori[sz]ation|bearer|cookie|api.?key/i;

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // An API key's first part is its id, which says which one it was.
  [/\bcops_([0-9A-Za-z]{8})_[0-9A-Za-z]+/g, "cops_$1_***"],
  [/\bcops_(?![0-9A-Za-z]{8}_\*\*\*)[0-9A-Za-z_]+/g, "cops_***"],
  [/\bwhsec_[0-9A-Za-z+/=_-]+/g, "whsec_***"],
  // The path is what lets one in.
  [/(:\/\/hooks\.slack(?:-gov)?\.com\/)(?!\*\*\*)[^\s"'<>\\]+/gi, "$1***"],
  [/\beyJ[\w-]+\.[\w-]*(?:\.[\w-]*)?/g, "***"],
  [/\b(bearer|basic)\s+(?!\*\*\*)[^\s"',;]+/gi, "$1 ***"],
  [/(:\/\/[^\s:@/]*:)[^\s]*@/g, "$1***@"],
  [/((?:set-)?cookie\b["'\\]*\s*[:=]\s*)[^\r\n]*/gi, "$1***"],
  [/((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key)\\?["']\s*:\s*\\?["'])[^"'\\]*/gi, "$1***"],
  [
    /((?:pass(?:word|wd|phrase)?|pwd|secret|token|authori[sz]ation|x?[-_]?api[-_]?key)["'\\]*\s*[:=]\s*["'\\]*)(?!(?:bearer|basic)\b)[^\s"',;&}\]\\]+/gi,
    "$1***",
  ],
];

/** A text with `***` in the place of keys, tokens, passwords, cookies and other credentials. */
export function redact(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return SECRETS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
