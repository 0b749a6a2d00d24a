/**
 * A child process: starts a Postgres server, says its pid, its two folders and "ready", and waits to be killed.
 */

import { dirname } from "node:path";
import { startPostgres } from "./postgres_server.ts";

if (import.meta.main) {
  const server = await startPostgres({ hasTls: true });
  console.log(`${server.pid}\n${dirname(server.certificatePath!)}\n${server.data}\nready`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  await server.dispose();
}
