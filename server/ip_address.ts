/**
 * IP addresses as text. (`node:net` tells them too, and takes as long to load as a small command runs.)
 */

/** 4 or 6 for an address of that version, 0 for anything else; a zone (`%eth0`) is no part of an address. */
export function ipVersion(text: string): 0 | 4 | 6 {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)) return 4;
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]/`) ? 6 : 0;
}
