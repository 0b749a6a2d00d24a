/**
 * Takes the password out of an address before anybody sees it.
 */

/** Writes `***` for the password before a host and for `password=` behind one; an address without any stays as it is. */
export function maskPassword(address: string): string {
  return address
    // Up to the last @: a password may hold one that nobody escaped.
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^:@/]*:).*@/is, "$1***@")
    .replace(/((?:^|[?&;\s])(?:ssl)?password\s*=\s*)(?:'[^']*'|[^&;\s]*)/gi, "$1***");
}
