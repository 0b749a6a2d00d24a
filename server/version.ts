/**
 * The program's version, from the one place that says it.
 */

import project from "../deno.json" with { type: "json" };

/** As in deno.json. */
export const VERSION: string = project.version;
