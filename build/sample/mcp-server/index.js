import { createInterface } from "node:readline";
import { answer } from "./server.js";

const api = process.env.API_URL ?? "http://127.0.0.1:3000";
for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = await answer(JSON.parse(line), api);
  } catch {
    reply = { jsonrpc: "2.0", id: null, error: { code: -32700, message: "not JSON" } };
  }
  if (reply) process.stdout.write(JSON.stringify(reply) + "\n");
}
