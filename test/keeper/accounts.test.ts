import { expect } from "chai";
import { describe, it } from "mocha";
import { Accounts } from "../../scripts/keeper/accounts.ts";
import type { Chain } from "../../scripts/keeper/chain.ts";
import { parseOptions } from "../../scripts/keeper/options.ts";
import { ETH_USD, marketId } from "../../scripts/lib/market.ts";

const GUARD = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const ALICE = "0x00000000000000000000000000000000000A11cE";
const BOB = "0x0000000000000000000000000000000000000B0b";
const { accountEvent } = parseOptions(["--rpc", "http://x", "--guard", GUARD, "--dry-run"], {});

/** A chain that is only logs, and refuses to look through more blocks at once than it wants to. */
class Logs {
  readonly asked: [bigint, bigint][] = [];
  most = 1_000_000n;
  logs: { readonly block: bigint; readonly args: Readonly<Record<string, unknown>> }[] = [];

  get chain(): Chain {
    return {
      logs: async (_address: unknown, _events: unknown, from: bigint, to: bigint) => {
        if (to - from + 1n > this.most) throw new Error("too many blocks");
        this.asked.push([from, to]);
        return this.logs.filter(({ block }) => block >= from && block <= to);
      },
    } as unknown as Chain;
  }
}

const accountsFrom = (from: bigint) => new Accounts({ guard: GUARD, protocol: GUARD, accountEvent, from, reorgDepth: 10n });

describe("the index of accounts", () => {
  it("finds markets and accounts, and reads again only what could change", async () => {
    const node = new Logs();
    const accounts = accountsFrom(5n);
    node.logs = [
      { block: 4n, args: { market: marketId("too early") } },
      { block: 6n, args: { market: ETH_USD, words: {} } },
      { block: 7n, args: { market: ETH_USD, account: ALICE } },
    ];
    expect(await accounts.update(node.chain, 100n)).to.equal(true);
    expect(accounts.markets).to.deep.equal([ETH_USD]);
    expect(accounts.of(ETH_USD)).to.deep.equal([ALICE]);
    await accounts.update(node.chain, 101n);
    // Shorter than it was: a reorganisation, or a node that lags.
    await accounts.update(node.chain, 90n);
    expect(node.asked).to.deep.equal([
      [5n, 100n],
      [81n, 101n],
      [71n, 90n],
    ]);
  });

  it("asks for less where the node refuses, and gives up where it refuses a few blocks", async () => {
    const node = new Logs();
    node.most = 100n;
    node.logs = [{ block: 999n, args: { market: ETH_USD, account: BOB } }];
    const accounts = accountsFrom(0n);
    expect(await accounts.update(node.chain, 999n)).to.equal(true);
    expect(accounts.of(ETH_USD)).to.deep.equal([BOB]);
    expect(node.asked.every(([from, to]) => to - from < 100n)).to.equal(true);
    node.most = 0n;
    const error = await accounts.update(node.chain, 2_000n).catch((reason: Error) => reason);
    expect(error).to.have.property("message", "too many blocks");
  });

  it("goes on where it stopped, so that a long history keeps nobody waiting", async () => {
    const node = new Logs();
    const accounts = accountsFrom(0n);
    expect(await accounts.update(node.chain, 1_234_567n)).to.equal(false);
    let rounds = 1;
    while (!(await accounts.update(node.chain, 1_234_567n))) rounds++;
    expect(rounds).to.equal(2);
    expect(node.asked.at(-1)?.[1]).to.equal(1_234_567n);
  });

  it("forgets who holds nothing for longer than a reorganisation can last, until it acts again", async () => {
    const node = new Logs();
    const accounts = accountsFrom(0n);
    node.logs = [{ block: 1n, args: { market: ETH_USD, account: ALICE } }];
    await accounts.update(node.chain, 1n);
    accounts.settle(ETH_USD, ALICE, true, 100n);
    accounts.settle(ETH_USD, ALICE, true, 120n);
    expect(accounts.of(ETH_USD)).to.deep.equal([ALICE]);
    accounts.settle(ETH_USD, ALICE, false, 121n);
    accounts.settle(ETH_USD, ALICE, true, 122n);
    accounts.settle(ETH_USD, ALICE, true, 142n);
    expect(accounts.of(ETH_USD)).to.deep.equal([ALICE]);
    accounts.settle(ETH_USD, ALICE, true, 143n);
    expect(accounts.of(ETH_USD)).to.deep.equal([]);
    node.logs = [{ block: 150n, args: { market: ETH_USD, account: ALICE } }];
    await accounts.update(node.chain, 150n);
    expect(accounts.of(ETH_USD)).to.deep.equal([ALICE]);
  });
});
