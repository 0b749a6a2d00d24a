/**
 * `costops openapi`: the OpenAPI document of the server's API.
 */

import type { Command } from "@commander-js/extra-typings";
import { examples } from "./options.ts";
import type { Shell } from "./run.ts";
import { VERSION } from "../server/version.ts";

/** Declares the command. */
export function addOpenApi(program: Command, shell: Shell): void {
  program.command("openapi").summary("print the OpenAPI document of the server")
    .description(
      "Prints the OpenAPI 3.1 document of the API that costops serve offers, as JSON, for clients and tools that are " +
        "made from it. It is the same that the server answers at /openapi.json.",
    )
    .addHelpText("after", examples("costops openapi", "costops openapi > openapi.json"))
    .action(async () => {
      const [{ writeOpenApi }, { ROUTES }] = await Promise.all([
        import("../server/http/openapi.ts"),
        import("../server/routes/routes.ts"),
      ]);
      shell.terminal.out(`${JSON.stringify(writeOpenApi(ROUTES, VERSION), null, 2)}\n`);
    });
}
