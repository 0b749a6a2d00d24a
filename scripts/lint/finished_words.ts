/**
 * Words of unfinished work, in comments, text and names.
 */

import { findOuterFolder, toHousePath } from "./house.ts";

const IN_COMMENTS = /\b(?:TODO|FIXME|XXX|HACK)\b|\bnot (?:yet )?implemented\b|\bplaceholder\b/i;
/** As in comments, but for the attribute that HTML's text fields have. */
const IN_TEXT = /\b(?:TODO|FIXME)\b|\bnot (?:yet )?implemented\b|\bplaceholder\b(?!\s*=)/i;
const IN_NAMES =
  /^(?:todo|fixme)(?:$|_|[A-Z])|_(?:TODO|FIXME|todo|fixme)(?:$|_)|^(?:TODO|FIXME)(?:$|_)|not_?[iI]mplemented|NotImplemented/;

/** Reports words of unfinished work. The text of tests is theirs: it is what they plant. */
export const finishedWords: Deno.lint.Rule = {
  create(context) {
    const isTest = findOuterFolder(toHousePath(context.filename)) === "tests";
    const report = (place: { node: Deno.lint.Node } | { range: Deno.lint.Range }, word: string) =>
      context.report({ ...place, message: `"${word}" is a word of unfinished work: finish it, or take it out` });
    const checkText = (node: Deno.lint.Node, text: string) => {
      const word = isTest ? undefined : IN_TEXT.exec(text)?.[0];
      if (word !== undefined) report({ node }, word);
    };
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const word = IN_COMMENTS.exec(comment.value)?.[0];
          if (word !== undefined) report({ range: comment.range }, word);
        }
      },
      Literal(node) {
        if (typeof node.value === "string") checkText(node, node.value);
      },
      TemplateElement: (node) => checkText(node, node.cooked),
      Identifier(node) {
        if (IN_NAMES.test(node.name)) report({ node }, node.name);
      },
    };
  },
};
