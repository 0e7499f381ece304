/** A node as bad as one wishes: an HTTP server before a good one, that answers late, wrongly or not at all. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to one request. `loseAnswer`: it goes through, and nobody hears of it; `loseRequest`: it never arrives. */
export type Treatment = "pass" | "late" | "error500" | "otherChain" | "loseAnswer" | "loseRequest";

/** Milliseconds a late answer takes. */
const LATE = 1_500;
const OTHER_CHAIN = "0x539";

export class FaultyNode {
  /** Asked for every request, by its method; it may also do something of its own at that moment. */
  treat: (method: string) => Treatment = () => "pass";
  readonly #target: string;
  #server: Server | undefined;
  #port = 0;
  #faults = 0;

  /** @param target - URL of the good node. */
  constructor(target: string) {
    this.#target = target;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Requests that were not passed on as they should be. */
  get faults(): number {
    return this.#faults;
  }

  /** Listens, again at the same port where it did before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response).catch(() => request.socket.destroy()));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", () => resolve());
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections from now on. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const asked = JSON.parse(body) as { id: number; method: string };
    const treatment = this.treat(asked.method);
    if (treatment !== "pass") this.#faults += 1;
    if (treatment === "late") await sleep(LATE);
    if (treatment === "error500") return void response.writeHead(500).end("overloaded");
    if (treatment === "loseRequest") return void request.socket.destroy();
    if (treatment === "otherChain" && asked.method === "eth_chainId")
      return answer(response, JSON.stringify({ ...rpc(asked.id), result: OTHER_CHAIN }));
    const answered = await fetch(this.#target, { method: "POST", body, headers: { "content-type": "application/json" } });
    const content = await answered.text();
    if (treatment === "loseAnswer") return void request.socket.destroy();
    answer(response, content);
  }
}

const rpc = (id: number) => ({ jsonrpc: "2.0", id }) as const;

function answer(response: ServerResponse, content: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(content);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
