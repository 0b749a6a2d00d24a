/**
 * Makes the file of a report: its figures from the database, its bytes to where files are kept.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { permissionsOf, type Principal } from "../../core/access.ts";
import { CostopsError } from "../../core/error.ts";
import type { FileFormat } from "../../core/report/format.ts";
import type { ArtifactKey } from "../../db/report_pieces.ts";
import type { Environment } from "../environment.ts";
import { REPORT_MAKERS, type ReportTexts, type ReportTypeName, writeFile } from "../operations/report_makers.ts";

/** What is to be made, in what can be sent to a thread. */
export interface FileOrder extends ArtifactKey {
  readonly report_type: string;
  readonly format: string;
  /** What was asked, as JSON. */
  readonly query: string;
  readonly created_by: string;
  readonly created_at: number;
  /** The file fails beyond. */
  readonly most_bytes: number;
}

/** What was made. */
export interface MadeBytes {
  readonly size_bytes: number;
  readonly sha256: string;
}

/** Bytes that are kept at once. */
const PIECE_BYTES = 64 * 1024;

/**
 * Makes a file; nothing of it is left when that fails. Fails with `too_large` beyond its bytes, as its type does, and with
 * the signal's reason when that is aborted.
 */
export async function makeFile(environment: Environment, order: FileOrder, signal?: AbortSignal): Promise<MadeBytes> {
  const writer = await environment.artifacts.create(order);
  const hash = createHash("sha256");
  let size_bytes = 0;
  let texts = "";
  const keep = async (bytes: Uint8Array) => {
    signal?.throwIfAborted();
    size_bytes += bytes.length;
    if (size_bytes > order.most_bytes) throw tooLarge(order);
    hash.update(bytes);
    await writer.write(bytes);
  };
  const flush = async () => {
    const bytes = Buffer.from(texts);
    texts = "";
    if (bytes.length > 0) await keep(bytes);
  };
  try {
    const { type, format } = readOrder(order);
    const making = { environment, principal: actFor(order), query: readQuery(order), asked_at: order.created_at };
    await writeFile({ ...making, type, format }, async (piece) => {
      if (typeof piece !== "string") return await keep(piece);
      texts += piece;
      if (texts.length >= PIECE_BYTES) await flush();
    });
    await flush();
    await writer.finish();
    return { size_bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** A type or format of a newer program, which another process may have asked for, is left to that. */
function readOrder({ report_type, format }: FileOrder): { readonly type: ReportTypeName; readonly format: FileFormat } {
  if (Object.hasOwn(REPORT_MAKERS, report_type)) {
    return { type: report_type as ReportTypeName, format: format as FileFormat };
  }
  throw new CostopsError(
    "temporary",
    `Cannot make a report of the type ${JSON.stringify(report_type)}: it is not known`,
  );
}

function readQuery({ query, organization_id }: FileOrder): ReportTexts {
  return { ...JSON.parse(query), organization_id };
}

/** Who asked was allowed to then; the report is made of that organization alone. */
function actFor({ created_by, organization_id }: FileOrder): Principal {
  return { actor: created_by, organization_id, is_super_admin: false, permissions: permissionsOf(["viewer"]) };
}

function tooLarge({ most_bytes }: FileOrder): CostopsError {
  const mebibytes = Math.floor(most_bytes / 1024 ** 2);
  return new CostopsError(
    "too_large",
    `Cannot keep a report of more than ${mebibytes} MiB: group by less, filter, ask for a shorter period, or delete others`,
  );
}
