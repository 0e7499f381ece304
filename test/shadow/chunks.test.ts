import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { afterEach, describe, it } from "mocha";
import { type Hex, hexToNumber, numberToHex, padHex } from "viem";
import { type BlockRange, readInChunks } from "../../scripts/shadow/chunks.ts";
import { isTooMuch, Node, NodeError } from "../../scripts/shadow/node.ts";
import { SEED } from "../helpers/corpus.ts";

const refusal = new Error("too much");
const anyError = (): boolean => true;

/** Answers with the numbers of the blocks, and refuses what `refuses` says. Keeps what it was asked. */
function reader(refuses: (range: BlockRange) => boolean) {
  const asked: BlockRange[] = [];
  const read = async (range: BlockRange): Promise<bigint[]> => {
    asked.push(range);
    if (refuses(range)) throw refusal;
    return Array.from({ length: Number(length(range)) }, (_, index) => range.first + BigInt(index));
  };
  return { asked, read };
}

const length = ({ first, last }: BlockRange): bigint => last - first + 1n;

const numbers = ({ first, last }: BlockRange): bigint[] =>
  Array.from({ length: Number(last - first + 1n) }, (_, index) => first + BigInt(index));

describe("reading in chunks", () => {
  it("asks for each block once, in pieces of the size it was told", async () => {
    const { asked, read } = reader(() => false);
    expect(await readInChunks({ first: 5n, last: 14n }, 4n, read, anyError)).to.deep.equal(numbers({ first: 5n, last: 14n }));
    expect(asked.map(({ first, last }) => [first, last])).to.deep.equal([
      [5n, 8n],
      [9n, 12n],
      [13n, 14n],
    ]);
  });

  it("halves what is refused, and keeps to it", async () => {
    const { asked, read } = reader((range) => length(range) > 3n);
    await readInChunks({ first: 0n, last: 9n }, 100n, read, anyError);
    expect(asked.map(length)).to.deep.equal([10n, 5n, 2n, 2n, 2n, 2n, 2n]);
  });

  it("tries more again where the dense blocks are behind it", async () => {
    const dense = reader((range) => range.first < 8n && length(range) > 1n);
    await readInChunks({ first: 0n, last: 1_999n }, 64n, dense.read, anyError);
    const sizes = dense.asked.map(length);
    expect(sizes.slice(0, 7)).to.deep.equal([64n, 32n, 16n, 8n, 4n, 2n, 1n]);
    expect(sizes.filter((size) => size === 64n).length, "the largest is asked for again").to.be.greaterThan(1);
    expect(sizes.filter((size) => size > 64n)).to.deep.equal([]);
  });

  it("gives up where one block is refused, and at once where a smaller question would not help", async () => {
    const { asked, read } = reader(({ first, last }) => first <= 6n && last >= 6n);
    expect(await failure(readInChunks({ first: 0n, last: 9n }, 8n, read, anyError))).to.equal(refusal);
    expect(asked.at(-1)).to.deep.equal({ first: 6n, last: 6n });
    const hopeless = reader(() => true);
    expect(await failure(readInChunks({ first: 0n, last: 9n }, 8n, hopeless.read, () => false))).to.equal(refusal);
    expect(hopeless.asked).to.have.length(1);
  });

  it(`of any range with any refusals is every block once and in order (SEED=${SEED})`, async () => {
    const counts = fc.tuple(fc.bigInt(0n, 50n), fc.bigInt(0n, 120n), fc.bigInt(1n, 40n), fc.bigInt(1n, 40n), fc.bigInt(1n, 40n));
    const property = fc.asyncProperty(counts, async ([first, more, chunk, most, mostLater]) => {
      const range = { first, last: first + more };
      // What is accepted changes within the range.
      const { asked, read } = reader((piece) => length(piece) > (piece.first < first + more / 2n ? most : mostLater));
      expect(await readInChunks(range, chunk, read, anyError)).to.deep.equal(numbers(range));
      expect(asked.every((piece) => length(piece) <= chunk)).to.equal(true);
    });
    await fc.assert(property, { seed: SEED, numRuns: 300 });
  });
});

describe("a node that refuses long ranges", () => {
  const servers = new Set<Server>();
  const CONTRACT = padHex("0x9", { size: 20 });
  const WHOLE: BlockRange = { first: 0n, last: 39n };

  afterEach(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    servers.clear();
  });

  /** A node with one log in each block, which answers for at most six blocks, and else as it is told. */
  async function serve(refuse: { readonly status?: number; readonly body: string }): Promise<{ node: Node; asked: number[] }> {
    const asked: number[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { id, params } = JSON.parse(Buffer.concat(chunks).toString());
      const [from, to] = [hexToNumber(params[0].fromBlock), hexToNumber(params[0].toBlock)];
      asked.push(to - from + 1);
      response.setHeader("content-type", "application/json");
      if (to - from < 6) return void response.end(JSON.stringify({ jsonrpc: "2.0", id, result: logs(from, to) }));
      response.statusCode = refuse.status ?? 200;
      if (!refuse.body.startsWith("{")) response.setHeader("content-type", "text/html");
      response.end(refuse.body.replace("ID", `${id}`));
    });
    servers.add(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { node: new Node(`http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`), asked };
  }

  const logs = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      address: CONTRACT,
      topics: [],
      data: "0x",
      blockNumber: numberToHex(from + index),
      transactionHash: padHex("0x1", { size: 32 }),
      logIndex: "0x0",
    }));

  const error = (code: number, message: string): string => `{"jsonrpc":"2.0","id":ID,"error":{"code":${code},"message":"${message}"}}`;

  const read = (node: Node) => readInChunks(WHOLE, 1_000n, (range) => node.logs(CONTRACT as Hex, [[]], range), isTooMuch);

  for (const [how, refuse] of [
    ["as Infura does", { body: error(-32005, "query returned more than 10000 results") }],
    [
      "as Alchemy does",
      { body: error(-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range") },
    ],
    ["as Geth does", { body: error(-32000, "exceed maximum block range: 5000") }],
    ["with a code of its own", { body: error(-32614, "eth_getLogs is limited to a 10,000 range") }],
    ["with a status", { status: 413, body: "Payload Too Large" }],
    ["with a status and an error", { status: 400, body: error(-32600, "block range is too wide") }],
    ["because it takes too long", { status: 504, body: "<html>Gateway Time-out</html>" }],
  ] as const) {
    it(`${how} is asked for less, until it answers`, async () => {
      const { node, asked } = await serve(refuse);
      const found = await read(node);
      expect(found.map(({ block }) => block)).to.deep.equal(numbers(WHOLE));
      expect(asked.filter((blocks) => blocks <= 6)).to.deep.equal([5, 5, 5, 5, 5, 5, 5, 5]);
    });
  }

  for (const [how, refuse, message] of [
    ["because the key is wrong", { status: 401, body: error(-32600, "invalid project id") }, "invalid project id"],
    ["because it does not know the method", { body: error(-32601, "the method eth_getLogs does not exist") }, "does not exist"],
  ] as const) {
    it(`${how} is not asked again, and says so in one line without its path`, async () => {
      const { node, asked } = await serve(refuse);
      const failed = await failure(read(node));
      expect(failed).to.be.instanceOf(NodeError);
      expect((failed as Error).message).to.match(/^The node at http:\/\/127\.0\.0\.1:\d+ did not answer: [^\n]*$/);
      expect((failed as Error).message)
        .to.contain(message)
        .and.not.to.contain("secret");
      expect(new Set(asked)).to.deep.equal(new Set([40]));
    });
  }
});

const failure = (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => expect.fail("it was expected to fail"),
    (reason: unknown) => reason,
  );
