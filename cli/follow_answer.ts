/**
 * Takes files in and goes on as they grow, until a signal comes.
 */

import { CostopsError } from "../core/error.ts";
import { followFile } from "./followed_file.ts";
import type { Importing } from "./import_answer.ts";
import { type InputFile, isPacked } from "./input_files.ts";
import { type Source, takeIn } from "./intake.ts";

/** Answers `costops import --follow`. Fails with `usage` on a file that cannot grow by lines. */
export async function importFiles(
  files: readonly InputFile[],
  { session, shell, options }: Importing,
): Promise<void> {
  const packed = files.find(isPacked);
  if (packed !== undefined) {
    throw new CostopsError("usage", `Cannot follow "${packed.path}": it is packed; follow files of plain lines`);
  }
  if (!options.quiet) {
    shell.terminal.note(`Following ${files.length === 1 ? "1 file" : `${files.length} files`}; Ctrl-C ends`);
  }
  await takeIn(files.map(toSource), { session, shell, options, is_followed: true });
}

function toSource({ path }: InputFile): Source {
  return {
    name: path,
    kind: "file",
    open: (signal) =>
      Promise.resolve({
        bytes: followFile(path, signal),
        onLayout: (layout) => {
          if (layout !== "json") return;
          throw new CostopsError(
            "unreadable",
            "it is a JSON document, which does not grow by lines; import it without --follow",
          );
        },
      }),
  };
}
