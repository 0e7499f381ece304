import { resolve } from "node:path";
import { expect } from "chai";
import { describe, it } from "mocha";
import { getAddress } from "viem";
import { ETH_USD } from "../../scripts/lib/market.ts";
import { parseOptions, USAGE } from "../../scripts/shadow/options.ts";

const GUARD = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const NEEDED = ["--rpc", "https://node.example/key", "--guard", GUARD];

describe("the options of npm run shadow-report", () => {
  it("need a node and a guard, and have a default for everything else", () => {
    expect(parseOptions(NEEDED)).to.deep.equal({
      rpc: "https://node.example/key",
      guard: getAddress(GUARD),
      from: 0n,
      to: null,
      markets: [],
      trades: [],
      protocol: null,
      json: null,
      chunk: 10_000n,
    });
  });

  it("are read, markets by id or by name, each once", () => {
    const json = ["--json", "reports/shadow.json"];
    const markets = ["--market", "ETH/USD", "--market", ETH_USD.toUpperCase().replace("0X", "0x"), "--market", "BTC/USD"];
    const range = ["--from", "7", "--to", "7", "--chunk", "1"];
    const trades = ["--trades", "event Modified(bytes32 indexed market, int256 size);", "--protocol", GUARD];
    const options = parseOptions([...NEEDED, ...json, ...markets, ...range, ...trades]);
    expect(options).to.deep.include({ from: 7n, to: 7n, chunk: 1n, protocol: getAddress(GUARD), json: resolve("reports/shadow.json") });
    expect(options.markets.map(({ id }) => id))
      .to.have.length(2)
      .and.to.include(ETH_USD);
    expect(options.trades.map(({ name, inputs }) => [name, inputs.map(({ indexed }) => indexed === true)])).to.deep.equal([
      ["Modified", [true, false]],
    ]);
  });

  for (const [what, args, message] of [
    ["no node", ["--guard", GUARD], `Say which node to ask: ${USAGE}`],
    ["no guard", ["--rpc", "http://x"], `Say which guard to report on: ${USAGE}`],
    ["an unknown option", [...NEEDED, "--nope"], `Unknown option '--nope'. ${USAGE}`],
    ["a node that is no URL", ["--rpc", "localhost:8545", "--guard", GUARD], "--rpc must be an http or https URL"],
    ["a short address", ["--rpc", "http://x", "--guard", "0x12"], "--guard must be an address"],
    ["a wrong checksum", ["--rpc", "http://x", "--guard", GUARD.replace("f", "F")], "--guard must be an address"],
    ["a block that is no number", [...NEEDED, "--from", "latest"], "--from must be a whole number: latest"],
    ["a negative block", [...NEEDED, "--to=-1"], "--to must be a whole number: -1"],
    ["a range that ends before it begins", [...NEEDED, "--from", "9", "--to", "8"], "--from 9 is after --to 8."],
    ["a chunk of nothing", [...NEEDED, "--chunk", "0"], "--chunk must be at least 1 block."],
    ["half an id", [...NEEDED, "--market", "0x1234"], "--market must be an id of 32 bytes, or a name: 0x1234"],
    ["half an event", [...NEEDED, "--trades", "Modified(bytes32"], "--trades must be an event as Solidity declares it"],
    ["a type that is none", [...NEEDED, "--trades", "Modified(size256 x)"], "--trades must be an event as Solidity declares it"],
    ["a protocol of no trades", [...NEEDED, "--protocol", GUARD], "--protocol goes with --trades EVENT."],
  ] as const) {
    it(`refuse ${what} in one line`, () => {
      expect(() => parseOptions(args))
        .to.throw(Error)
        .with.property("message")
        .that.satisfies((text: string) => text.startsWith(message) && !text.includes("\n"));
    });
  }
});
