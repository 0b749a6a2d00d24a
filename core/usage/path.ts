/**
 * Paths of the machine that a log was written on, of whatever system.
 */

/** The last segment of a path (`repo` of `/home/ana/repo/` and of `C:\repo`); undefined when there is none. */
export function baseName(path: string): string | undefined {
  const segments = path.split(/[/\\]/).filter((segment) => segment !== "" && !/^[A-Za-z]:$/.test(segment));
  return segments.at(-1);
}
