/**
 * The house's own lint rules, a plugin of `deno lint` (deno.json names it): each rule is one file of scripts/lint/.
 */

import { arrows } from "./lint/arrows.ts";
import { docComment } from "./lint/doc_comment.ts";
import { fileName } from "./lint/file_name.ts";
import { finishedWords } from "./lint/finished_words.ts";
import { pureCore } from "./lint/pure_core.ts";
import { specifiers } from "./lint/specifiers.ts";
import { topLevelAwait } from "./lint/top_level_await.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "arrows": arrows,
    "doc-comment": docComment,
    "file-name": fileName,
    "finished-words": finishedWords,
    "pure-core": pureCore,
    "specifiers": specifiers,
    "top-level-await": topLevelAwait,
  },
};

export default plugin;
