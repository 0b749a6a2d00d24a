/**
 * Files a command may write to: never the database, its input or its configuration.
 */

import { fstatSync } from "node:fs";
import { CostopsError } from "../core/error.ts";

/** A file that must not be written over, and what it is for the message. */
export interface KeptFile {
  readonly path: string;
  readonly what: string;
}

/** The name of standard input among kept files, which may be a file. */
export const STDIN = "-";

/** The database's files, and the server's secret beside them. */
export function keepDatabase(path: string): KeptFile[] {
  return ["", "-wal", "-shm", ".jwt-secret"].map((end) => ({ path: `${path}${end}`, what: "the database" }));
}

/** Fails with `usage` when a flag names a folder or a file that must be kept, under whatever name or link. */
export function checkTarget(flag: string, path: string, kept: readonly KeptFile[]): void {
  const target = look(path);
  if (target?.isDirectory) throw new CostopsError("usage", `Cannot write ${flag} "${path}": it is a folder`);
  for (const { path: other, what } of kept) {
    const about = other === STDIN ? lookAtStdin() : look(other);
    const isSame = target === undefined ? path === other : about !== undefined && isSameFile(target, about);
    if (isSame) throw new CostopsError("usage", `Cannot write ${flag} "${path}": it is ${what}; name another file`);
  }
}

/** What is there under a name, links followed; undefined when nothing is. */
export function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw explainFileError(error, `Cannot look at "${path}"`);
  }
}

/** A file's error in our words; what is no error of a file is given back as it is. */
export function explainFileError(error: unknown, action: string): unknown {
  if (!(error instanceof Error)) return error;
  const reason = error instanceof Deno.errors.NotCapable
    ? "Deno's permissions do not allow it"
    : error instanceof Deno.errors.PermissionDenied
    ? "no permission"
    : error instanceof Deno.errors.NotFound
    ? "there is no such folder"
    : /^(.*?) \(os error \d+\)/.exec(error.message)?.[1]?.toLowerCase();
  return reason === undefined ? error : new CostopsError("usage", `${action}: ${reason}`, { cause: error });
}

function lookAtStdin(): FileIdentity {
  const { dev, ino } = fstatSync(0);
  return { dev, ino };
}

/** What makes two names one file. */
type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.ino !== null && one.ino === other.ino && one.dev === other.dev;
}
