/**
 * Copies the database into another one and proves that both hold the same.
 */

import { copyDatabase, type CopyPair, countSource, endCopy } from "../db/copy.ts";
import { type CopyProof, proveCopy } from "../db/copy_proof.ts";
import { openDatabase } from "../db/database.ts";
import { writeCopyProof, writeCopyProofJson } from "./copy_report.ts";
import type { CommonOptions } from "./options.ts";
import { startRowProgress } from "./row_progress.ts";
import type { Shell } from "./run.ts";
import { readConfig } from "./session.ts";

/** The flags of the command. */
export interface CopyOptions extends CommonOptions {
  readonly from?: string;
  readonly to: string;
  readonly json?: true;
}

/** Answers `costops db copy`. Exits 1 when the two do not hold the same, or the target is not sound. */
export async function copy(options: CopyOptions, shell: Shell): Promise<void> {
  const config = readConfig(options);
  const opening = { max_connections: config.database_max_connections.value, is_patient: true };
  const source = await openDatabase(options.from ?? config.database_url.value, { ...opening, must_exist: true });
  try {
    const target = await openDatabase(options.to, { ...opening, is_copy_target: true });
    try {
      await copyAndProve({ source, target }, { options, shell });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyAndProve(
  pair: CopyPair,
  { options, shell }: { readonly options: CopyOptions; readonly shell: Shell },
): Promise<void> {
  const proof = await work(pair, options.quiet === true);
  shell.terminal.out(options.json ? writeCopyProofJson(proof) : writeCopyProof(proof));
  if (!proof.is_same || !proof.is_sound) shell.exit_code = 1;
  // It is said first: a copy that nobody was told of is proved again.
  if (proof.is_same) return await endCopy(pair);
  shell.terminal.note(
    `costops: ${pair.target.url} does not hold what ${pair.source.url} holds, and stays closed. When something wrote to ` +
      "the source meanwhile, stop it and copy into a new database",
  );
}

async function work(pair: CopyPair, isQuiet: boolean): Promise<CopyProof> {
  const progress = await startRowProgress({ isQuiet });
  try {
    // Copied once, then read on both sides.
    const rows = progress.isShown ? await countSource(pair) : 0;
    progress.begin("copying", rows);
    await copyDatabase(pair, progress.update);
    progress.begin("proving", 2 * rows);
    return await proveCopy(pair, progress.update);
  } finally {
    progress.stop();
  }
}
