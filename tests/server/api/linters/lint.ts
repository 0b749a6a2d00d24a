/**
 * Lints an OpenAPI document with `@redocly/cli` and with the OpenAPI rules of `@stoplight/spectral-cli`, and prints what
 * they find as one JSON array of errors and warnings; ends with 0 when they could look.
 *
 * A program of its own, with a deno.json and a lock of its own: Deno fetches all that a lock names before it runs
 * anything, and whoever uses costops should not wait for linters that only a test starts.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "./deno.json" with { type: "json" };

/** What a linter says of one place. */
interface Finding {
  readonly linter: "redocly" | "spectral";
  readonly rule: string;
  readonly severity: "error" | "warning";
  readonly place: string;
  readonly message: string;
}

/** The linters' own programs in their packages. */
const PROGRAMS = { "@redocly/cli": "redocly", "@stoplight/spectral-cli": "spectral" } as const;

const CONFIG = fileURLToPath(new URL("deno.json", import.meta.url));

async function lint(path: string): Promise<Finding[]> {
  // One after the other: together they would only wait for the same cores.
  return [...await lintWithRedocly(path), ...await lintWithSpectral(path)];
}

async function lintWithRedocly(path: string): Promise<Finding[]> {
  const said = await run("@redocly/cli", ["lint", "--format=json", "--max-problems=1000", path]);
  const { problems } = JSON.parse(said) as {
    readonly problems: readonly {
      readonly ruleId: string;
      readonly severity: string;
      readonly message: string;
      readonly location: readonly { readonly pointer?: string }[];
    }[];
  };
  return problems.map(({ ruleId, severity, message, location }) => ({
    linter: "redocly",
    rule: ruleId,
    severity: severity === "error" ? "error" : "warning",
    place: location[0]?.pointer ?? "",
    message,
  }));
}

async function lintWithSpectral(path: string): Promise<Finding[]> {
  const folder = await Deno.makeTempDir({ prefix: "costops-" });
  try {
    const rules = join(folder, "rules.yaml");
    await Deno.writeTextFile(rules, 'extends: ["spectral:oas"]\n');
    const said = await run("@stoplight/spectral-cli", ["lint", "--quiet", `--ruleset=${rules}`, "--format=json", path]);
    const findings = JSON.parse(said) as {
      readonly code: string;
      readonly severity: number;
      readonly message: string;
      readonly path: readonly (string | number)[];
    }[];
    return findings.map(({ code, severity, message, path }) => ({
      linter: "spectral",
      rule: code,
      severity: severity === 0 ? "error" : "warning",
      place: path.join("/"),
      message,
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a package's own program, fetched when it is not yet here; it ends with 0, or with 1 when it has found something. */
async function run(name: keyof typeof PROGRAMS, args: readonly string[]): Promise<string> {
  const flags = ["--quiet", "--frozen", "--no-check", "--allow-all", "--config", CONFIG];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, `${config.imports[name]}/${PROGRAMS[name]}`, ...args],
    env: { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", SCARF_ANALYTICS: "false", NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const [printed, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const at = printed!.search(/^[[{]/m);
  if (code > 1 || at === -1) throw new Error(`${name} ended with ${code}: ${said} ${printed!.slice(0, 2000)}`);
  return printed!.slice(at);
}

if (import.meta.main) console.log(JSON.stringify(await lint(Deno.args[0]!)));
