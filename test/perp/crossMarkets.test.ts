import { expect } from "chai";
import {
  createExchange,
  deposit,
  type Exchange,
  idOf,
  judged,
  placeOrder,
  sizeOf,
  stated,
  trade,
  tradeAsJudged,
  withdraw,
} from "../helpers/crossMarket.ts";
import { expectRevert, fixture, wad } from "../helpers/market.ts";

/** The position in question and sixteen others: the most the guard measures together. */
const MOST = 17;
const NAMES = Array.from({ length: MOST }, (_, index) => `market ${index}`);
const LAST = "one more";

const full = fixture(async (connection) => {
  const m = await createExchange(connection, {
    ...Object.fromEntries([...NAMES, LAST].map((name, index) => [name, { price: 100 + index }])),
    SQUARED: { price: 100, isSquared: true },
  });
  await deposit(m, m.alice, 100_000n);
  for (const [index, name] of NAMES.entries()) await trade(m, m.alice, name, index % 2 === 0 ? wad(10) : -wad(8));
  return m;
});

const heldBy = (m: Exchange): Promise<readonly `0x${string}`[]> => m.perp.read.heldMarkets([m.alice.account.address]);
const close = async (m: Exchange, name: string) => tradeAsJudged(m, m.alice, name, -(await sizeOf(m, m.alice, name)));

describe("an account with seventeen markets", () => {
  it("has them in the order of their ids, and no room for another before one is closed", async () => {
    const m = await full();
    expect(await heldBy(m)).to.deep.equal(NAMES.map(idOf).sort());
    const args = [m.alice.account.address, 18n, 17n];
    await expectRevert(trade(m, m.alice, LAST, wad(1)), "TooManyMarkets", args);
    await expectRevert(placeOrder(m, m.alice, LAST, wad(1)), "TooManyMarkets", args);
    await close(m, "market 3");
    await trade(m, m.alice, LAST, wad(1));
    expect(await heldBy(m)).to.deep.equal([...NAMES.filter((name) => name !== "market 3"), LAST].map(idOf).sort());
  });

  it("is judged as a whole, as the SDK judges it: more, less, and what is too much", async () => {
    const m = await full();
    const [, others] = await stated(m, m.alice, "market 0", 1n);
    expect(others).to.have.lengthOf(16);
    const { headroom } = await judged(m, "market 0", await stated(m, m.alice, "market 0", wad(1)));
    expect((await tradeAsJudged(m, m.alice, "market 0", headroom + wad(2))).rejection).to.include({
      code: "SizeExceeded",
      limit: "Portfolio",
    });
    for (const name of NAMES) expect((await tradeAsJudged(m, m.alice, name, wad(0.5))).rejection, name).to.equal(null);
  });

  it("may be left market by market, and withdraw what is free, each within the gas of one transaction", async () => {
    const m = await full();
    const hash = await withdraw(m, m.alice, 1_000n);
    const { gasUsed } = await m.publicClient.getTransactionReceipt({ hash });
    // EIP-7825.
    expect(gasUsed < 2n ** 24n, `${gasUsed}`).to.equal(true);
    for (const name of NAMES) expect((await close(m, name)).rejection, name).to.equal(null);
    expect(await heldBy(m)).to.deep.equal([]);
  });

  it("may have a squared one among them: its own Greeks are none of the sixteen others", async () => {
    const m = await full();
    await close(m, "market 0");
    await trade(m, m.alice, "SQUARED", wad(1));
    const [, others] = await stated(m, m.alice, "SQUARED", wad(1));
    expect(others).to.have.lengthOf(17);
    expect((await tradeAsJudged(m, m.alice, "SQUARED", wad(1))).rejection, "it is measured").to.equal(null);
    await expectRevert(trade(m, m.alice, LAST, wad(1)), "TooManyMarkets", [m.alice.account.address, 18n, 17n]);
  });
});
