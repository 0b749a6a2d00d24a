/**
 * Files of reports that are kept in the database, piece by piece.
 */

import type { Database } from "./database.ts";

/** Which file. */
export interface ArtifactKey {
  readonly organization_id: string;
  readonly artifact: string;
}

/** Keeps a piece of a file. */
export async function writeReportPiece(
  database: Database,
  { organization_id, artifact }: ArtifactKey,
  { piece, content }: { readonly piece: number; readonly content: Uint8Array },
): Promise<void> {
  await database.write((queries) =>
    queries.insertInto("report_pieces").values({ organization_id, artifact, piece, content }).execute()
  );
}

/** Reads a piece of a file, undefined when it is not there. */
export async function findReportPiece(
  { reader }: Database,
  { organization_id, artifact }: ArtifactKey,
  piece: number,
): Promise<Uint8Array | undefined> {
  const row = await reader.selectFrom("report_pieces").select("content")
    .where("organization_id", "=", organization_id).where("artifact", "=", artifact).where("piece", "=", BigInt(piece))
    .executeTakeFirst();
  return row?.content;
}

/** Removes a file; one that is not there is gone already. */
export async function removeReportPieces(
  database: Database,
  { organization_id, artifact }: ArtifactKey,
): Promise<void> {
  await database.write((queries) =>
    queries.deleteFrom("report_pieces").where("organization_id", "=", organization_id).where("artifact", "=", artifact)
      .execute()
  );
}
