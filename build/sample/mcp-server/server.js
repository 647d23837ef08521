// The Model Context Protocol over lines of JSON: one tool, which looks for notes at the API.

const tool = {
  name: "nearest_notes",
  description: "Notes whose embeddings are nearest to the given one",
  inputSchema: {
    type: "object",
    properties: { embedding: { type: "array", items: { type: "number" }, minItems: 3, maxItems: 3 } },
    required: ["embedding"],
  },
};

/** Answers one message; nothing for a notification. */
export async function answer(message, api, get = fetch) {
  if (message.id === undefined) return undefined;
  try {
    return { jsonrpc: "2.0", id: message.id, result: await result(message, api, get) };
  } catch (error) {
    return { jsonrpc: "2.0", id: message.id, error: { code: error.code ?? -32603, message: error.message } };
  }
}

async function result(message, api, get) {
  switch (message.method) {
    case "initialize":
      return {
        protocolVersion: "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "matric-mcp-server", version: process.env.VERSION ?? "dev" },
      };
    case "tools/list":
      return { tools: [tool] };
    case "tools/call":
      return { content: [{ type: "text", text: await nearest(message.params, api, get) }] };
    default:
      throw Object.assign(new Error(`no such method: ${message.method}`), { code: -32601 });
  }
}

async function nearest(params, api, get) {
  const embedding = params?.arguments?.embedding;
  if (params?.name !== tool.name || !Array.isArray(embedding) || !embedding.every(Number.isFinite)) {
    throw Object.assign(new Error(`${tool.name} takes an embedding`), { code: -32602 });
  }
  const response = await get(`${api}/notes?embedding=${embedding.join(",")}`, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${api}: ${response.status} ${text.trim()}`);
  return text;
}
