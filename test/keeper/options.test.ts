import { expect } from "chai";
import { describe, it } from "mocha";
import { keccak256, toHex } from "viem";
import { backoff } from "../../scripts/keeper/loop.ts";
import { Metrics, serve } from "../../scripts/keeper/metrics.ts";
import { ConfigurationError, parseOptions } from "../../scripts/keeper/options.ts";
import { ETH_USD } from "../../scripts/lib/market.ts";
import { developmentKey } from "../helpers/keeperProcess.ts";

const GUARD = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const { key, address } = developmentKey(0);
const NEEDED = ["--rpc", "http://localhost:8545", "--guard", GUARD];

const parse = (args: readonly string[], environment: NodeJS.ProcessEnv = { KEEPER_PRIVATE_KEY: key }) => parseOptions(args, environment);

describe("options of a keeper", () => {
  it("has defaults, and takes the key out of the environment", () => {
    const environment = { KEEPER_PRIVATE_KEY: key };
    const options = parse(NEEDED, environment);
    expect(environment).to.deep.equal({});
    expect(options).to.deep.include({ guard: GUARD, markets: [], from: 0n, interval: 12_000, standby: 0n, level: "info", isDryRun: false });
    expect(options.accountEvent.name).to.equal("Modified");
    expect(options.signer.kind === "local" && options.signer.account.address).to.equal(address);
    expect(options).not.to.have.any.keys("chainId", "controller", "receiver", "metricsPort");
  });

  it("takes markets by name and by id, seconds with a fraction, and kinds to leave out", () => {
    const options = parse([...NEEDED, "--market", "ETH/USD", "--market", keccak256(toHex("x")), "--interval", "0.25", "--skip", "sync"]);
    expect(options.markets).to.deep.equal([ETH_USD, keccak256(toHex("x"))]);
    expect(options.interval).to.equal(250);
    expect(options.skipped).to.deep.equal(["sync"]);
  });

  it("needs a key to send, and none to look", () => {
    expect(() => parse(NEEDED, {})).to.throw(ConfigurationError, /^Put the key of the sending account into KEEPER_PRIVATE_KEY/);
    expect(parse([...NEEDED, "--dry-run"], {}).signer.kind).to.equal("none");
    expect(parse([...NEEDED, "--unlocked"], {}).signer.kind).to.equal("unlocked");
  });

  it("never says a key that is wrong", () => {
    for (const wrong of [key.slice(2), `${key}00`, `0x${"f".repeat(64)}`, "secret"]) {
      expect(() => parse(NEEDED, { KEEPER_PRIVATE_KEY: wrong }))
        .to.throw(ConfigurationError)
        .with.property("message")
        .that.does.not.contain(wrong.slice(2, 12));
    }
  });

  for (const [args, message] of [
    [[], "Say which node"],
    [["--rpc", "http://x"], "Say which guard"],
    [["--rpc", "ws://x", "--guard", GUARD], "--rpc must be a URL"],
    [["--rpc", "http://x", "--guard", "0x12"], "--guard must be an address"],
    [[...NEEDED, "--interval", "0"], "--interval must be seconds, at least 0.02"],
    [[...NEEDED, "--from=-1"], "--from must be a whole number"],
    [[...NEEDED, "--metrics", "65536"], "--metrics must be a whole number"],
    [[...NEEDED, "--skip", "nothing"], "--skip must be one of poke"],
    [[...NEEDED, "--log", "loud"], "--log must be one of"],
    [[...NEEDED, "--account-event", "Moved("], "--account-event is no event"],
    [[...NEEDED, "--account-event", "Moved(bytes32 market, bytes32 account)"], "--account-event must have"],
    [["--rpc", "http://x", "--deployment", "987654"], "There is no deployment on chain 987654"],
    [[...NEEDED, "--nope"], "Unknown option '--nope'"],
  ] as const) {
    it(`says in one line: ${message}`, () => {
      expect(() => parse(args)).to.throw(ConfigurationError, new RegExp(`^${message.replace(/[().]/g, "\\$&")}.*$`));
    });
  }
});

describe("a keeper's patience", () => {
  it("grows with failures, to a bound", () => {
    for (const [failures, most] of [
      [1, 1_000],
      [2, 2_000],
      [7, 60_000],
      [1_000, 60_000],
    ] as const) {
      expect(backoff(failures, 1_000)).to.be.within(most * 0.75, most);
    }
    expect(backoff(1, 90_000)).to.be.within(67_500, 90_000);
  });

  it("is what /healthz goes by", async () => {
    for (const [patience, status] of [
      [1e9, 200],
      [-1, 503],
    ] as const) {
      const { server, port } = await serve(new Metrics(), 0, patience);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(status);
      expect((await fetch(`http://127.0.0.1:${port}/other`)).status).to.equal(404);
      server.close();
      server.closeAllConnections();
    }
  });
});
