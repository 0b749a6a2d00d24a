/**
 * Doc comments: every export says in a sentence what it is.
 */

import { findOuterFolder, toHousePath } from "./house.ts";

type Exported = Deno.lint.ExportNamedDeclaration | Deno.lint.ExportDefaultDeclaration;

/**
 * Reports exported functions, classes, interfaces, types and constants without a doc comment. What shares a documented
 * noun needs none of its own: a further overload, and a type that is read off a constant of its file
 * (`typeof TABLE`, `z.infer<typeof usage>`).
 */
export const docComment: Deno.lint.Rule = {
  create(context) {
    if (findOuterFolder(toHousePath(context.filename)) === "tests") return {};
    const source = context.sourceCode;
    const comments = source.getAllComments().filter((comment) =>
      comment.type === "Block" && comment.value.startsWith("*")
    );
    const hasDoc = (start: number) =>
      comments.some((comment) =>
        comment.range[1] <= start && isOnlyLineComments(source.text.slice(comment.range[1], start))
      );
    const documented = new Set<string>();

    const check = (statement: Deno.lint.Node, declaration: Deno.lint.Node) => {
      const names = namesOf(declaration);
      const isKnown = hasDoc(statement.range[0]) || names.some((name) => documented.has(name)) ||
        isReadOffConstant(declaration, source.getText(declaration), documented);
      if (isKnown) return names.forEach((name) => documented.add(name));
      context.report({
        node: statement,
        message: `${names.join(", ") || "The export"} has no doc comment: say in a sentence what it is`,
      });
    };

    return {
      Program(program) {
        const locals = new Map<string, Deno.lint.Node>();
        for (const statement of program.body) for (const name of namesOf(statement)) locals.set(name, statement);
        for (const statement of program.body) {
          if (statement.type !== "ExportNamedDeclaration" && statement.type !== "ExportDefaultDeclaration") continue;
          for (const [place, declaration] of declarationsOf(statement, locals)) check(place, declaration);
        }
      },
    };
  },
};

/** What a statement exports that is declared in this file, each with where its doc comment stands. */
function declarationsOf(
  statement: Exported,
  locals: ReadonlyMap<string, Deno.lint.Node>,
): readonly (readonly [Deno.lint.Node, Deno.lint.Node])[] {
  if (statement.type === "ExportDefaultDeclaration") {
    const local = statement.declaration.type === "Identifier" ? locals.get(statement.declaration.name) : undefined;
    // A default export of a constant is what a tool's configuration asks for; its file's head says what it is.
    return local === undefined ? [[statement, statement.declaration]] : [];
  }
  if (statement.declaration !== null && statement.declaration !== undefined) {
    return [[statement, statement.declaration]];
  }
  if (statement.source !== null && statement.source !== undefined) return [];
  return statement.specifiers.flatMap((specifier) => {
    const local = specifier.local.type === "Identifier" ? locals.get(specifier.local.name) : undefined;
    return local === undefined ? [] : [[local, local] as const];
  });
}

function namesOf(node: Deno.lint.Node): string[] {
  if (node.type === "VariableDeclaration") {
    return node.declarations.flatMap((declarator) => declarator.id.type === "Identifier" ? [declarator.id.name] : []);
  }
  if ("id" in node && node.id !== null && node.id !== undefined && node.id.type === "Identifier") return [node.id.name];
  return [];
}

function isReadOffConstant(declaration: Deno.lint.Node, text: string, documented: ReadonlySet<string>): boolean {
  if (declaration.type !== "TSTypeAliasDeclaration" && declaration.type !== "TSInterfaceDeclaration") return false;
  return [...text.matchAll(/\btypeof\s+(\w+)/g)].some(([, name]) => name !== undefined && documented.has(name));
}

/** Between a doc comment and its export stand at most white space and line comments (`// deno-lint-ignore …`). */
function isOnlyLineComments(text: string): boolean {
  return /^(?:\s|\/\/[^\n]*\n)*$/.test(text);
}
