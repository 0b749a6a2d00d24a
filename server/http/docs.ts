/**
 * `/docs`: the reference of the API, served from the program itself.
 */

import { type Reply, Written } from "../routes/reply.ts";
import { type ReferenceDocument, writeReference } from "./reference.ts";
import type { SystemPage } from "./system.ts";

/** Nothing but this server's own style sheet; no script at all. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Makes the page and its style sheet; the page is written when it is first asked for. */
export function createDocs(readDocument: () => ReferenceDocument): readonly SystemPage[] {
  let page: string | undefined;
  return [
    {
      path: "/docs",
      answer: () => Promise.resolve(asPage("text/html; charset=utf-8", page ??= writeReference(readDocument()))),
    },
    { path: "/docs/style.css", answer: () => Promise.resolve(asPage("text/css; charset=utf-8", STYLE)) },
  ];
}

function asPage(content_type: string, content: string): Reply {
  const headers = { "Content-Security-Policy": CONTENT_SECURITY_POLICY };
  return { status: 200, headers, body: new Written(content_type, content) };
}

const STYLE = `:root { color-scheme: light dark; --line: #8884; --quiet: #777; --strong: #0a66c2; }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); font: 16px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0; padding-left: .75rem; font-size: .9rem; }
main { padding: 1rem 2rem 6rem; max-width: 70rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
article { margin-top: 2.5rem; }
a { color: var(--strong); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
.method { font-weight: 700; }
.required { color: var(--quiet); font-weight: 400; font-size: .8em; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } }
`;
