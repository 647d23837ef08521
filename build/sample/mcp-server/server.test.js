import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "./server.js";

const call = (embedding) => ({ id: 1, method: "tools/call", params: { name: "nearest_notes", arguments: { embedding } } });

test("the tool asks the API and gives its text", async () => {
  const asked = [];
  const get = async (url) => (asked.push(url), new Response("a note\n"));
  const reply = await answer(call([1, 2, 3]), "http://api", get);
  assert.deepEqual(asked, ["http://api/notes?embedding=1,2,3"]);
  assert.equal(reply.result.content[0].text, "a note\n");
});

test("an API that fails is an error with its status", async () => {
  const reply = await answer(call([1, 2, 3]), "http://api", async () => new Response("no database", { status: 503 }));
  assert.match(reply.error.message, /503 no database/);
});

test("what is not understood is refused, and a notification not answered", async () => {
  assert.equal((await answer({ id: 1, method: "nonsense" }, "")).error.code, -32601);
  assert.equal((await answer(call(["x"]), "")).error.code, -32602);
  assert.equal(await answer({ method: "notifications/initialized" }, ""), undefined);
});
