/**
 * Secrets that go through a real server, by every way they may take: none of them is in an answer that is not its
 * own, in a line of the log, or in the database's files as it was.
 */

import assert from "node:assert/strict";
import { openLog } from "../../../server/log/log.ts";
import { type RunningServer, startServer } from "../../../server/start.ts";
import { withFolder } from "../../db/for_each_database.ts";

const JWT_SECRET = "jwtPlanted0Zk4vW8pQm2Xr9TbNc6Hs3Y";
const PASSWORD = "planted-password-Alpha-1";
const OTHER_PASSWORD = "planted-password-Bravo-2";

/** What is sent where it does not belong; each is told apart. */
const STRAY = {
  wrong_password: "planted-password-Charlie-3",
  password_as_username: "planted-password-Delta-4@example.com",
  password_in_broken_json: "planted-password-Echo-5",
  password_in_unknown_field: "planted-password-Foxtrot-6",
  password_too_short: "pl7!Golf",
  password_of_a_number: 987_600_001_234,
  password_in_the_query: "planted-password-Hotel-8",
  token_in_the_query: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkLTkifQ.cGxhbnRlZC1zaWduYXR1cmUtOQ",
  forged_token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGFudGVkLTEwIn0.cGxhbnRlZC1zaWduYXR1cmUtMTA",
  wrong_key: `cops_AbCdEfGh_${"planted11Planted11Planted11Plant"}ZZZZZZ`,
  basic: "cGxhbnRlZDpwbGFudGVkLTEyLXBhc3N3b3Jk",
  cookie: "session-planted-13-cookie",
  wrong_refresh_token: "planted-14-refresh-token-that-is-none",
  wrong_setup_token: "planted-15-setup-token-that-is-none",
  password_in_a_label: "planted-password-India-16",
} as const;

interface Answer {
  readonly status: number;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- answers of any shape.
  readonly body: any;
}

Deno.test("no secret that goes through a server is told, logged or kept as it is", async () => {
  await withFolder(async (folder) => {
    const lines: string[] = [];
    const sink = (bytes: Uint8Array) => Promise.resolve(void lines.push(new TextDecoder().decode(bytes)));
    const log = openLog({ level: "debug", format: "json", now: () => Date.now(), sink });
    const database_url = `sqlite:${folder}/costops.db`;
    const server = await startServer({ database_url, port: 0, jwt_secret: JWT_SECRET, version: "0.0.0", log });
    const told: string[] = [];
    let secrets: string[];
    try {
      secrets = await live(server, told);
    } finally {
      await server.stop();
    }
    await log.flush();
    const logged = lines.join("");
    assert.ok(logged.includes('"status":401') && logged.split("\n").length > 20, "the log has the requests in it");
    const kept = await readAll(folder);
    assert.ok(kept.includes("root@example.com"), "the database has the accounts in it");
    assert.ok(secrets.length >= 20, `${secrets.length}`);
    for (const secret of secrets) {
      assert.ok(!told.some((text) => text.includes(secret)), `told: ${secret}`);
      assert.ok(!logged.includes(secret), `logged: ${secret}`);
      assert.ok(!kept.includes(secret), `kept: ${secret}`);
    }
  });
});

Deno.test("the password of a database that does not answer is in no error", async () => {
  const database_url = "postgres://costops:planted-17-database@127.0.0.1:1/costops";
  await assert.rejects(
    startServer({ database_url, port: 0, jwt_secret: JWT_SECRET, version: "0.0.0" }),
    (error: Error) => {
      assert.ok(!`${error.stack} ${error.message} ${JSON.stringify(error)}`.includes("planted-17"), error.message);
      return true;
    },
  );
});

/** Goes through all flows; what is answered without its own secret in it goes to `told`. The secrets, all of them. */
async function live(server: RunningServer, told: string[]): Promise<string[]> {
  const send = async (method: string, path: string, given: Given = {}): Promise<Answer> => {
    const answer = await ask(server.url, { method, path, given });
    told.push(given.isOwn ? without(answer.text) : answer.text);
    return answer;
  };
  const setup = server.setup!.token;
  const root = { token: setup, email: "root@example.com", password: PASSWORD };
  assert.equal((await send("POST", "/auth/setup", { json: root })).status, 201);
  const login = { username: "root@example.com", password: PASSWORD };
  const session = (await send("POST", "/auth/login", { json: login, isOwn: true })).body;
  const as = session.access_token;
  const next =
    (await send("POST", "/auth/refresh", { json: { refresh_token: session.refresh_token }, isOwn: true })).body;
  const user = { email: "ann@example.com", password: PASSWORD, roles: ["viewer"] };
  assert.equal((await send("POST", "/admin/users", { as, json: user })).status, 201);
  const changed = await send("PUT", "/admin/users/ann@example.com/password", {
    as,
    json: { password: OTHER_PASSWORD },
  });
  assert.equal(changed.status, 200);
  const asked = { name: "ci", scopes: ["usage:create", "usage:read", "audit:read"] };
  const headers = { "idempotency-key": "one" };
  const key = (await send("POST", "/auth/api-keys", { as, json: asked, headers, isOwn: true })).body;
  const replayed = (await send("POST", "/auth/api-keys", { as, json: asked, headers, isOwn: true })).body;
  assert.equal(replayed.key, key.key);
  await stray(send, { as, key: key.key });
  for (const path of ["/auth/me", "/auth/api-keys", "/admin/users", "/admin/audit", "/usage", "/prices?own=true"]) {
    assert.equal((await send("GET", path, { as })).status, 200, path);
  }
  assert.equal((await send("GET", "/audit-log", { as: key.key })).status, 404);
  assert.equal((await send("DELETE", `/auth/api-keys/${key.id}`, { as })).status, 204);
  assert.equal((await send("GET", "/usage", { as: key.key })).status, 401);
  assert.equal((await send("POST", "/auth/logout", { as })).status, 204);
  // What names a key or a user is no secret; the rest of it is.
  const secret_of_key = key.key.slice("cops_12345678_".length);
  return [
    ...[JWT_SECRET, PASSWORD, OTHER_PASSWORD, setup, as, session.refresh_token, next.access_token, next.refresh_token],
    ...[secret_of_key, ...Object.values(STRAY).map(String)].filter((text) => !KEPT.has(text)),
  ];
}

/** A record keeps what its label says; whoever puts a password there has published it. */
const KEPT = new Set<string>([STRAY.password_in_a_label]);

/** Sends secrets where they do not belong. */
async function stray(
  send: (method: string, path: string, given?: Given) => Promise<Answer>,
  { as, key }: { readonly as: string; readonly key: string },
): Promise<void> {
  const username = "root@example.com";
  const refuse = async (wanted: number, ...request: Parameters<typeof send>) =>
    assert.equal((await send(...request)).status, wanted, JSON.stringify(request));
  await refuse(401, "POST", "/auth/login", { json: { username, password: STRAY.wrong_password } });
  await refuse(401, "POST", "/auth/login", { json: { username: STRAY.password_as_username, password: "x" } });
  await refuse(400, "POST", "/auth/login", { text: `{"username":"a","password":"${STRAY.password_in_broken_json}"` });
  await refuse(400, "POST", "/auth/login", { text: `{"password":${STRAY.password_in_broken_json}}` });
  await refuse(422, "POST", "/auth/login", { json: { username, passwd: STRAY.password_in_unknown_field } });
  await refuse(422, "POST", "/auth/login", { json: { username, password: STRAY.password_of_a_number } });
  const short = { email: "bob@example.com", password: STRAY.password_too_short, roles: ["viewer"] };
  await refuse(422, "POST", "/admin/users", { as, json: short });
  await refuse(422, "GET", `/usage?password=${STRAY.password_in_the_query}`, { as });
  await refuse(422, "GET", `/usage?access_token=${STRAY.token_in_the_query}`, { as });
  await refuse(422, "GET", `/usage?api_key=${key}`, { as });
  await refuse(404, "GET", `/nothing?token=${STRAY.token_in_the_query}`, { as });
  await refuse(401, "GET", "/usage", { as: STRAY.forged_token });
  await refuse(401, "GET", "/usage", { headers: { "x-api-key": STRAY.wrong_key } });
  await refuse(401, "GET", "/usage", { headers: { authorization: `Basic ${STRAY.basic}` } });
  await refuse(401, "GET", "/usage", { headers: { cookie: `session=${STRAY.cookie}` } });
  await refuse(401, "POST", "/auth/refresh", { json: { refresh_token: STRAY.wrong_refresh_token } });
  const setup = { token: STRAY.wrong_setup_token, email: "eve@example.com", password: PASSWORD };
  await refuse(401, "POST", "/auth/setup", { json: setup });
  // A key that is made needs no label that is a secret; the wrong kind of body does not come back either.
  await refuse(422, "POST", "/usage", { as, json: { model: 7, user: STRAY.password_in_a_label } });
  await refuse(415, "POST", "/auth/login", {
    text: `password=${STRAY.wrong_password}`,
    headers: { "content-type": "text/plain" },
  });
}

interface Given {
  readonly as?: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer is the one that shows the secret. */
  readonly isOwn?: true;
}

async function ask(
  url: string,
  { method, path, given }: { readonly method: string; readonly path: string; readonly given: Given },
): Promise<Answer> {
  const body = given.text ?? (given.json === undefined ? undefined : JSON.stringify(given.json));
  const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
  for (const [name, value] of Object.entries(given.headers ?? {})) headers.set(name, value);
  if (given.as !== undefined) headers.set("authorization", `Bearer ${given.as}`);
  const response = await fetch(`${url}/api/v1${path}`, { method, headers, body });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
}

/** An answer without the fields that show a secret once. */
function without(text: string): string {
  const { access_token: _access, refresh_token: _refresh, key: _key, ...rest } = JSON.parse(text);
  return JSON.stringify(rest);
}

/** Every byte that is kept, but the file that holds the signing secret, as it would be read by whoever takes a copy. */
async function readAll(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) texts.push(new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`)));
  }
  return texts.join("\n");
}
