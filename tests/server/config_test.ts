import assert from "node:assert/strict";
import { join } from "node:path";
import { CostopsError } from "../../core/error.ts";
import { type ConfigSources, loadConfig, showConfig } from "../../server/config.ts";
import { CONFIG_KEYS } from "../../server/config/keys.ts";

const VARIABLES = { HOME: "/home/ann", XDG_CONFIG_HOME: "/nowhere" };
const SECRET = "kR3v9Lq0sTzW1xYb7uJmN4pQ8cE2dF6g";

/** Writes a file, gives its path to the test, and removes it. */
async function withFile(text: string, test: (path: string) => void): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(path, text);
    test(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Loads the configuration as the server does. */
function load(sources: Partial<ConfigSources>) {
  return loadConfig({ flags: {}, isForServer: true, ...sources, variables: { ...VARIABLES, ...sources.variables } });
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof CostopsError && error.kind === "usage") return error.message;
    throw error;
  }
  return "";
}

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

Deno.test("loadConfig() reads one port from each of the four places, always as a number", async () => {
  await withFile("[server]\nport = 7001\n", (file) => {
    const variables = { API_PORT: "7002" };
    assert.deepEqual(load({ flags: { port: "7003" }, variables, file }).port, { value: 7003, origin: "flag --port" });
    assert.deepEqual(load({ variables, file }).port, { value: 7002, origin: "environment API_PORT" });
    assert.deepEqual(load({ variables: { API_PORT: "" }, file }).port, { value: 7001, origin: `file ${file}` });
  });
  assert.deepEqual(load({}).port, { value: 8080, origin: "default" });
});

Deno.test("loadConfig() keeps the database in the user's data folder by default", () => {
  const plain = load({});
  assert.deepEqual(plain.database_url, {
    value: "sqlite:/home/ann/.local/share/costops/costops.db",
    origin: "default",
  });
  assert.equal(load({ variables: { XDG_DATA_HOME: "/data" } }).database_url.value, "sqlite:/data/costops/costops.db");
});

Deno.test("loadConfig() has these defaults for a server", () => {
  const values = Object.entries(load({})).filter(([name]) => name !== "database_url");
  assert.deepEqual(Object.fromEntries(values.map(([name, { value }]) => [name, value])), {
    database_max_connections: 10,
    organization: "default",
    tz: "UTC",
    server: undefined,
    api_key: undefined,
    insecure_http: false,
    alerts_allow_loopback: false,
    alerts_interval_minutes: 5,
    host: "127.0.0.1",
    port: 8080,
    max_request_size_mb: 10,
    cors_origins: [],
    trusted_proxies: [],
    jwt_secret: undefined,
    jwt_expiry_hours: 1,
    rate_limit_per_second: 100,
    rate_limit_burst: 200,
    redis_url: undefined,
    reports_folder: undefined,
    reports_keep_days: 7,
    enable_compression: true,
    enable_metrics: false,
    metrics_host: "127.0.0.1",
    metrics_port: 9090,
    log_level: "info",
    log_format: "json",
  });
});

Deno.test("loadConfig() takes the usual file as it stands", async () => {
  const sample = `
[server]
host = "0.0.0.0"
port = 8080

[database]
url = "postgres://ann:hunter2@db/costs"
max_connections = 20

[auth]
jwt_secret = "${SECRET}"
jwt_expiry_hours = 2

[features]
enable_metrics = true
metrics_port = 9091
enable_compression = false
log_level = "debug"
`;
  await withFile(sample, (file) => {
    const config = load({ file });
    assert.deepEqual(
      [config.host.value, config.port.value, config.database_url.value, config.database_max_connections.value],
      ["0.0.0.0", 8080, "postgres://ann:hunter2@db/costs", 20],
    );
    assert.deepEqual([config.jwt_secret.value, config.jwt_expiry_hours.value], [SECRET, 2]);
    assert.deepEqual([config.enable_metrics.value, config.metrics_port.value], [true, 9091]);
    assert.deepEqual([config.enable_compression.value, config.log_level.value], [false, "debug"]);
  });
});

Deno.test("loadConfig() reads every kind of value from text as from TOML", async () => {
  const variables = {
    ENABLE_METRICS: "TRUE",
    ENABLE_COMPRESSION: "0",
    LOG_LEVEL: "WARN",
    CORS_ORIGINS: "https://a.example, http://localhost:3000",
    TRUSTED_PROXIES: "10.0.0.0/8,2001:db8::/32",
    MAX_REQUEST_SIZE_MB: "64",
  };
  const toml = `
[features]
enable_metrics = true
enable_compression = false
log_level = "warn"
[server]
cors_origins = ["https://a.example", "http://localhost:3000"]
trusted_proxies = ["10.0.0.0/8", "2001:db8::/32"]
max_request_size_mb = 64
`;
  await withFile(toml, (file) => {
    const [fromText, fromFile] = [load({ variables }), load({ file })];
    for (const { name } of CONFIG_KEYS) assert.deepEqual(fromText[name].value, fromFile[name].value, name);
    assert.deepEqual(fromText.trusted_proxies.value, ["10.0.0.0/8", "2001:db8::/32"]);
  });
});

Deno.test("loadConfig() refuses an unknown key with its file, its line and what is allowed", async () => {
  await withFile('[database]\nurl = "a.db"\nurll = "b.db"\n', (file) => {
    assert.equal(
      messageOf(() => load({ file })),
      `Cannot use [database] urll in ${file}, line 3: the keys are [database] url, [database] max_connections`,
    );
  });
  await withFile("[server]\nport = 1\n\n[serverr]\nport = 2\n", (file) => {
    const keys = CONFIG_KEYS.map(({ toml }) => `[${toml[0]}] ${toml[1]}`).join(", ");
    assert.equal(messageOf(() => load({ file })), `Cannot use [serverr] port in ${file}, line 5: the keys are ${keys}`);
  });
  await withFile("# a port\nport = 2\n", (file) => {
    assert.match(messageOf(() => load({ file })), /^Cannot use port in .*, line 2: the keys are \[database\] url, /);
  });
});

const PORT = "write a whole number from 0 to 65535";

Deno.test("loadConfig() refuses a bad value in a file with its line and what is allowed", async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['[server]\nhost = "::1"\nport = "80"\n', '"80" for [server] port', `line 3: ${PORT} (without quotes)`],
    ["[server]\nport = 80.0\n", "80 for [server] port", `line 2: ${PORT} (without quotes)`],
    ["[server]\n# port\n\nport = 65536\n", "65536 for [server] port", `line 4: ${PORT} (without quotes)`],
    [
      '[metrics]\n[server]\n"port" = -1\n'.replace("[metrics]\n", ""),
      "-1 for [server] port",
      `line 2: ${PORT} (without quotes)`,
    ],
    ["server.port = true\n", "true for [server] port", `line 1: ${PORT} (without quotes)`],
    ["[database]\nurl = 7\n", "7 for [database] url", "line 2: write text (in quotes)"],
    [
      "[features]\nenable_metrics = 1\n",
      "1 for [features] enable_metrics",
      "line 2: write true or false (without quotes)",
    ],
    [
      '[features]\nlog_level = "loud"\n',
      '"loud" for [features] log_level',
      "line 2: write one of debug, info, warn, error (in quotes)",
    ],
  ];
  for (const [toml, what, wanted] of cases) {
    await withFile(toml, (file) => {
      const [line, ...rest] = wanted.split(": ");
      assert.equal(messageOf(() => load({ file })), `Cannot take ${what} in ${file}, ${line}: ${rest.join(": ")}`);
    });
  }
});

Deno.test("loadConfig() refuses a bad value of a flag or a variable and names it", () => {
  assert.equal(messageOf(() => load({ flags: { port: "http" } })), `Cannot take "http" (flag --port): ${PORT}`);
  assert.equal(
    messageOf(() => load({ variables: { API_PORT: "65536" } })),
    `Cannot take "65536" (environment API_PORT): ${PORT}`,
  );
  for (const port of ["-1", "8e3", "80.5", "0x50", " 80", "", "1_000"]) {
    assert.match(messageOf(() => load({ flags: { port } })), /^Cannot take .* \(flag --port\)/, port);
  }
  for (const origin of ["https://a.example/", "a.example", "*", "https://a.example,null"]) {
    assert.match(messageOf(() => load({ flags: { "cors-origins": origin } })), /^Cannot take /, origin);
  }
  for (const proxy of ["10.0.0.0/33", "proxy.example", "10.0.0.0/8/8", "::/129"]) {
    assert.match(messageOf(() => load({ flags: { "trusted-proxies": proxy } })), /^Cannot take /, proxy);
  }
});

Deno.test("loadConfig() refuses bad TOML with its line, and a missing file", async () => {
  await withFile("[database]\nurl = \n", (file) => {
    assert.match(messageOf(() => load({ file })), /^Cannot read .*, line 2: /);
  });
  const message = messageOf(() => load({ file: "/no/such.toml" }));
  assert.match(message, /^Cannot read the configuration file "\/no\/such.toml": /);
});

Deno.test("loadConfig() refuses short, uniform and sample secrets, wherever they stand, and never shows them", async () => {
  const bad = [
    "hunter2-hunter2-hunter2-hunter2", // 31 bytes
    "a".repeat(64),
    "your-256-bit-secret-your-256-bit-secret",
    "change-me-change-me-change-me-change-me",
    "0123456789abcdef0123456789abcdef",
  ];
  for (const secret of bad) {
    await withFile(`[auth]\njwt_secret = "${secret}"\n`, (file) => {
      const messages = [messageOf(() => load({ file })), messageOf(() => load({ variables: { JWT_SECRET: secret } }))];
      assert.match(
        messages[0]!,
        /^Cannot take the value for \[auth\] jwt_secret in .*, line 2: write a secret of at least 32/,
      );
      assert.match(messages[1]!, /^Cannot take the value \(environment JWT_SECRET\): write a secret of at least 32/);
      for (const message of messages) assert.ok(!message.includes(secret));
    });
  }
  assert.equal(load({ variables: { JWT_SECRET: SECRET } }).jwt_secret.value, SECRET);
});

Deno.test("loadConfig() takes a secret from a file that a variable or a flag names, and never from an argument", async () => {
  await withFile(`${SECRET}\n`, (path) => {
    const fromVariable = load({ variables: { JWT_SECRET_FILE: path } });
    assert.deepEqual(fromVariable.jwt_secret, { value: SECRET, origin: "environment JWT_SECRET_FILE" });
    const fromFlag = load({ flags: { "jwt-secret-file": path, "jwt-secret": "ignored" } });
    assert.deepEqual(fromFlag.jwt_secret, { value: SECRET, origin: "flag --jwt-secret-file" });
    assert.equal(
      messageOf(() => load({ variables: { JWT_SECRET: SECRET, JWT_SECRET_FILE: path } })),
      "Cannot take both JWT_SECRET and JWT_SECRET_FILE: set one of them",
    );
  });
  assert.match(
    messageOf(() => load({ variables: { COSTOPS_API_KEY_FILE: "/no/such" } })),
    /^Cannot read the secret file "\/no\/such" \(environment COSTOPS_API_KEY_FILE\): /,
  );
});

Deno.test("loadConfig() leaves the server's variables alone for other commands, and checks a file whole for all", async () => {
  const variables = { ...VARIABLES, JWT_SECRET: "short", LOG_LEVEL: "verbose", API_PORT: "x" };
  const config = loadConfig({ flags: {}, variables });
  assert.deepEqual(config.port, { value: 8080, origin: "default" });
  await withFile("[server]\nport = 0.5\n", (file) => {
    assert.match(messageOf(() => loadConfig({ flags: {}, variables: VARIABLES, file })), /\[server\] port/);
  });
});

Deno.test("loadConfig() finds ./costops.toml before the user's own, and lets it name no server to send a key to", async () => {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir({ prefix: "costops-" });
  try {
    Deno.chdir(folder);
    const variables = { XDG_CONFIG_HOME: folder };
    await Deno.mkdir(join(folder, "costops"));
    await Deno.writeTextFile(join(folder, "costops", "config.toml"), '[remote]\nserver = "https://costs.example"\n');
    assert.deepEqual(load({ variables }).server, {
      value: "https://costs.example",
      origin: `file ${join(folder, "costops", "config.toml")}`,
    });
    await Deno.writeTextFile("costops.toml", '[server]\nport = 7001\n\n[remote]\nserver = "https://evil.example"\n');
    assert.match(messageOf(() => load({ variables })), /^Cannot use \[remote\] server in costops.toml, line 5: /);
    const named = load({ variables, file: "costops.toml" });
    assert.deepEqual(named.port, { value: 7001, origin: "file costops.toml" });
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("showConfig() masks secrets and the passwords inside addresses, and keeps types and origins", () => {
  const shown = showConfig(load({
    variables: {
      DATABASE_URL: "postgres://ann:hunter2@db/costs",
      REDIS_URL: "redis://:hunter2@cache:6379",
      JWT_SECRET: SECRET,
      COSTOPS_API_KEY: "cops_hunter2",
      API_PORT: "7001",
    },
  }));
  assert.equal(shown.database_url.value, "postgres://ann:***@db/costs");
  assert.equal(shown.redis_url.value, "redis://:***@cache:6379");
  assert.deepEqual(shown.jwt_secret, { value: "***", origin: "environment JWT_SECRET" });
  assert.deepEqual(shown.port, { value: 7001, origin: "environment API_PORT" });
  assert.deepEqual(shown.server, { value: null, origin: "default" });
  const text = JSON.stringify(shown);
  assert.ok(!text.includes("hunter2") && !text.includes(SECRET));
});

Deno.test("CONFIG_KEYS: no name, flag, variable or place in the file stands twice", () => {
  for (const fact of ["name", "flag", "variable", "toml"] as const) {
    assert.equal(new Set(CONFIG_KEYS.map((key) => String(key[fact]))).size, CONFIG_KEYS.length, fact);
  }
});

Deno.test("loadConfig() tells which variable is no time zone, and the nearest there is", () => {
  assert.throws(
    () => load({ variables: { COSTOPS_TZ: "Europe/Berln" } }),
    { message: 'Cannot read tz "Europe/Berln" as a time zone: did you mean Europe/Berlin? (environment COSTOPS_TZ)' },
  );
  assert.throws(
    () => load({ flags: { tz: "Europe/Berln" } }),
    { message: 'Cannot read tz "Europe/Berln" as a time zone: did you mean Europe/Berlin?' },
  );
});
