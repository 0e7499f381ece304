import { expect } from "chai";
import { type BaseContract, type ContractTransactionReceipt, getCreateAddress, parseEther, parseUnits, type Signer } from "ethers";
import { network } from "hardhat";
import { encodePolicy } from "../../sdk/src/index.ts";
import { CONFIG, ETH_USD, POLICY } from "../helpers/market.ts";

/** A factory class as typechain generates it. */
type Factory = new (signer: Signer) => { deploy(...args: unknown[]): Promise<BaseContract> };
type Factories = Readonly<Record<`${"ReferencePerp" | "SizingGuard" | "TestFeed" | "TestToken"}__factory`, Factory>>;

/** Loaded at run time: the generated files hold namespaces, which this project's own compiler options refuse. */
const loadFactories = async (): Promise<Factories> => import(new URL("../../types/index.ts", import.meta.url).href);

const read = (contract: BaseContract, name: string, ...args: unknown[]) => contract.getFunction(name).staticCall(...args);

const send = async (contract: BaseContract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt | null> =>
  (await contract.getFunction(name).send(...args)).wait();

describe("the same market through ethers v6 and the generated factories", () => {
  it("opens, reduces and closes, and a refusal decodes to the guard's own error", async () => {
    const { ReferencePerp__factory, SizingGuard__factory, TestFeed__factory, TestToken__factory } = await loadFactories();
    const { ethers } = await network.create();
    const [governance, alice] = await ethers.getSigners();
    if (governance === undefined || alice === undefined) throw new Error("the network has too few accounts");
    const manager = await ethers.deployContract("AccessManager", [governance.address]);
    const token = await new TestToken__factory(governance).deploy("Test dollar", "USDT", 6);
    const feed = await new TestFeed__factory(governance).deploy(8, 1n << 64n);
    const perpAddress = getCreateAddress({ from: governance.address, nonce: (await governance.getNonce()) + 1 });
    const guard = await new SizingGuard__factory(governance).deploy(manager, perpAddress);
    const perp = await new ReferencePerp__factory(governance).deploy(guard, token, governance);
    expect(await read(guard, "PROTOCOL")).to.equal(await perp.getAddress());

    const feedAddress = (await feed.getAddress()) as `0x${string}`;
    const words = encodePolicy({ ...POLICY, feed: feedAddress });
    await send(guard, "setPolicy", ETH_USD, words);
    await send(perp, "list", ETH_USD, { ...CONFIG, feed: feedAddress });
    await send(feed, "push", parseUnits("2000", 8), (await ethers.provider.getBlock("latest"))?.timestamp);

    const trader = perp.connect(alice);
    await send(token, "mint", alice.address, parseUnits("10000", 6));
    await send(token.connect(alice), "approve", perp, parseUnits("10000", 6));
    await send(trader, "modify", ETH_USD, parseEther("3"), parseUnits("10000", 6));
    expect((await read(perp, "account", ETH_USD, alice.address)).size).to.equal(parseEther("3"));
    expect((await read(perp, "marketData", ETH_USD)).longOpenInterest).to.equal(parseEther("3"));

    const asked = await read(perp, "positionAfter", ETH_USD, alice.address, parseEther("100"), 0n);
    const verdict = await read(guard, "preview", ETH_USD, [...asked]);
    expect(verdict.allowed).to.equal(false);
    const refused = await read(trader, "trade", ETH_USD, parseEther("100")).then(
      () => null,
      (error: { data?: string }) => guard.interface.parseError(error.data ?? "0x"),
    );
    expect(refused?.name).to.equal("SizeExceeded");
    expect(refused?.args.account).to.equal(alice.address);
    expect(refused?.args.size).to.equal(parseEther("103"));
    expect(refused?.args.limit).to.equal(verdict.limit);

    await send(trader, "trade", ETH_USD, parseEther("-1"));
    expect((await read(perp, "account", ETH_USD, alice.address)).size).to.equal(parseEther("2"));
    const receipt = await send(trader, "close", ETH_USD);
    const modified = receipt?.logs.map((log) => perp.interface.parseLog(log)).find((log) => log?.name === "Modified");
    expect(modified?.args.slice(0, 3)).to.deep.equal([ETH_USD, alice.address, 0n]);
    expect((await read(perp, "account", ETH_USD, alice.address)).size).to.equal(0n);
    expect((await read(token, "balanceOf", alice.address)) > parseUnits("9980", 6)).to.equal(true);
  });
});
