/**
 * Files of reports in the database, where every process has them.
 */

import { CostopsError } from "../../core/error.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Database } from "../../db/database.ts";
import { type ArtifactKey, findReportPiece, removeReportPieces, writeReportPiece } from "../../db/report_pieces.ts";
import type { Artifacts, ArtifactWriter, ByteRange } from "./artifacts.ts";

/** Files in pieces of LIMITS.report_piece_bytes, the last one shorter. */
export class DatabaseArtifacts implements Artifacts {
  constructor(readonly database: Database) {}

  create(key: ArtifactKey): Promise<ArtifactWriter> {
    const { database } = this;
    const waiting = new Uint8Array(LIMITS.report_piece_bytes);
    let [length, piece] = [0, 0];
    const flush = async () => {
      if (length === 0) return;
      await writeReportPiece(database, key, { piece: piece++, content: waiting.slice(0, length) });
      length = 0;
    };
    return Promise.resolve({
      write: async (bytes) => {
        for (let at = 0; at < bytes.length;) {
          const some = bytes.subarray(at, at + waiting.length - length);
          waiting.set(some, length);
          length += some.length;
          at += some.length;
          if (length === waiting.length) await flush();
        }
      },
      finish: flush,
      abandon: () => removeReportPieces(database, key),
    });
  }

  async read(key: ArtifactKey, { start, end, size }: ByteRange & { readonly size: number }) {
    const { database } = this;
    const readPiece = async (at: number) => {
      const piece = Math.floor(at / LIMITS.report_piece_bytes);
      const content = await findReportPiece(database, key, piece);
      const from = piece * LIMITS.report_piece_bytes;
      if (content === undefined) {
        throw new CostopsError("expired", "Cannot find the file of this report: it is gone; make the report again");
      }
      if (content.length !== Math.min(LIMITS.report_piece_bytes, size - from)) {
        throw new CostopsError("storage_failure", "Cannot send this report: its file is not the one that was made");
      }
      return content.subarray(at - from, Math.min(content.length, end - from));
    };
    let at = start;
    // The first piece is there, or nothing is sent at all.
    let next = start < end ? await readPiece(start) : undefined;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        next ??= at < end ? await readPiece(at) : undefined;
        if (next !== undefined) {
          at += next.length;
          controller.enqueue(next);
          next = undefined;
        }
        if (at >= end) controller.close();
      },
    }, { highWaterMark: 0 });
  }

  remove(key: ArtifactKey): Promise<void> {
    return removeReportPieces(this.database, key);
  }
}
