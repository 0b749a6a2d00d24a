import assert from "node:assert/strict";
import { CostopsError } from "../../core/error.ts";
import { loadConfig } from "../../server/config.ts";

/** Writes a configuration file, gives its path to the test, and removes it. */
async function withFile(text: string, test: (path: string) => void): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(path, text);
    test(path);
  } finally {
    await Deno.remove(path);
  }
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof CostopsError) return error.message;
    throw error;
  }
  return "";
}

const VARIABLES = { HOME: "/home/ann", XDG_CONFIG_HOME: "/nowhere" };

Deno.test("loadConfig() takes a flag over the environment over the file over the default", async () => {
  await withFile(
    '[database]\nurl = "file.db"\n[defaults]\norganization = "from-file"\ntz = "Asia/Kolkata"\n',
    (file) => {
      const config = loadConfig({
        flags: { database: "flag.db" },
        variables: { ...VARIABLES, DATABASE_URL: "environment.db", COSTOPS_ORG: "from-environment" },
        file,
      });
      assert.deepEqual(config.database_url, { value: "flag.db", origin: "flag --database" });
      assert.deepEqual(config.organization, { value: "from-environment", origin: "environment COSTOPS_ORG" });
      assert.deepEqual(config.tz, { value: "Asia/Kolkata", origin: `file ${file}` });
    },
  );
});

Deno.test("loadConfig() keeps the database in the user's data folder by default", () => {
  const plain = loadConfig({ flags: {}, variables: VARIABLES });
  assert.deepEqual(plain.database_url, {
    value: "sqlite:/home/ann/.local/share/costops/costops.db",
    origin: "default",
  });
  const xdg = loadConfig({ flags: {}, variables: { ...VARIABLES, XDG_DATA_HOME: "/data" } });
  assert.equal(xdg.database_url.value, "sqlite:/data/costops/costops.db");
});

Deno.test("loadConfig() refuses an unknown key with its file, its line and what is allowed", async () => {
  await withFile('[database]\nurl = "a.db"\nurll = "b.db"\n', (file) => {
    assert.equal(
      messageOf(() => loadConfig({ flags: {}, variables: VARIABLES, file })),
      `Cannot use [database] urll in ${file}, line 3: the keys are [database] url, [defaults] organization, [defaults] tz`,
    );
  });
});

Deno.test("loadConfig() refuses bad TOML with its line, a value of another type, and a missing file", async () => {
  await withFile("[database]\nurl = \n", (file) => {
    assert.match(messageOf(() => loadConfig({ flags: {}, variables: VARIABLES, file })), /^Cannot read .*, line 2: /);
  });
  await withFile("[database]\nurl = 7\n", (file) => {
    const message = messageOf(() => loadConfig({ flags: {}, variables: VARIABLES, file }));
    assert.equal(message, `Cannot take database.url in ${file}: write it as text in quotes`);
  });
  const message = messageOf(() => loadConfig({ flags: {}, variables: VARIABLES, file: "/no/such.toml" }));
  assert.match(message, /^Cannot read the configuration file "\/no\/such.toml": /);
});
