/**
 * What a server could do at most: a Hono app that parses the body of a record and answers as `POST /usage` does, and
 * neither knows who asks nor keeps anything. Its output is its port.
 */

import { Hono } from "hono";

const PRICE = {
  source: "catalogue",
  version: "genai-prices 0.1.8",
  provider: "openai",
  model: "gpt-4o",
  rates: { input: "2.500000000", output: "10.000000000", cache_read: "1.250000000" },
};

if (import.meta.main) {
  const app = new Hono();
  app.post("/api/v1/usage", async (context) => {
    const { id } = JSON.parse(await context.req.raw.text());
    const answer = { id, outcome: "inserted", cost_usd: "0.012345678", currency: "USD", price: PRICE };
    return new Response(JSON.stringify(answer), { status: 201, headers: { "Content-Type": "application/json" } });
  });
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, app.fetch);
}
