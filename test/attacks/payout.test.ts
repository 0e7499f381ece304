import { expect } from "chai";
import { formatUnits } from "viem";
import type { Mode } from "../../sdk/src/index.ts";
import {
  createDirect,
  createMarket,
  ETH_USD,
  enforce,
  eventOf,
  eventsOf,
  expectRevert,
  fixture,
  from,
  holdClock,
  limitIndex,
  open,
  type PositionStruct,
  position,
  preview,
  setMode,
  wad,
  warmUp,
} from "../helpers/market.ts";

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  return m;
});

/** Alice is long 50 with 20 000 of collateral: five times leverage, well within every limit. */
const traded = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m);
  await open(m, m.alice, 20_000n, wad(50));
  return m;
});

const SIDES = [
  ["long", 1n],
  ["short", -1n],
] as const;

describe("a payout disguised as a reduction", () => {
  for (const [side, sign] of SIDES) {
    it(`is refused by the guard: a ${side} reduced by 1 wei with 90 % of its collateral leaving is judged as if it were opened anew`, async () => {
      const m = await direct();
      const equity = wad(1_000);
      const before = { equity, sizeBefore: sign * wad(50), sizeAfter: sign * (wad(50) - 1n) };
      const payout = position({ ...before, flow: -9n * equity });
      const verdict = await preview(m, payout);
      const opened = await preview(m, position({ equity, sizeAfter: sign * wad(1) }));
      expect(verdict.maxSize, "nothing is carried over").to.equal(opened.maxSize);
      expect(verdict.maxSize < wad(50)).to.equal(true);
      await holdClock(m);
      await expectRevert(enforce(m, payout), "SizeExceeded", [ETH_USD, payout.account, wad(50) - 1n, verdict.maxSize, verdict.limit]);
      await enforce(m, position({ ...before, flow: 0n }));
    });
  }

  it("stays in the account when it exceeds the guard's limit: the reduction stands, and says what was refused", async () => {
    await expectRefusedPayout(17_000n);
  });

  it("stays in the account when it exceeds the market's own leverage cap, guard or no guard", async () => {
    await expectRefusedPayout(18_500n);
    await expectRefusedPayout(18_500n, "Off");
  });

  it("stays in the account when it is more than there is", async () => {
    await expectRefusedPayout(30_000n);
  });

  it("is paid when what stays behind carries the position", async () => {
    const m = await traded();
    const held = await m.token.read.balanceOf([m.alice.account.address]);
    const hash = await m.perp.write.modify([ETH_USD, -wad(25), -5_000n * m.tokenUnit], from(m.alice));
    expect(await eventsOf(m, hash, "PayoutRefused")).to.deep.equal([]);
    expect((await m.token.read.balanceOf([m.alice.account.address])) - held).to.equal(5_000n * m.tokenUnit);
  });

  it("gains nothing by coming as a withdrawal of its own", async () => {
    const m = await traded();
    const asked = await m.perp.read.positionAfter([ETH_USD, m.alice.account.address, 0n, -17_000n * m.tokenUnit]);
    await holdClock(m);
    const verdict = await preview(m, asked);
    const withdrawal = m.perp.write.withdraw([ETH_USD, 17_000n * m.tokenUnit], from(m.alice));
    await expectRevert(withdrawal, "SizeExceeded", [ETH_USD, m.alice.account.address, wad(50), verdict.maxSize, verdict.limit]);
  });

  /** Alice reduces by one wei and asks for so many tokens: the reduction stands, the payout does not. */
  async function expectRefusedPayout(tokens: bigint, mode: Mode = "Enforce"): Promise<void> {
    const m = await traded();
    await setMode(m, mode);
    const owner = m.alice.account.address;
    const held = await m.token.read.balanceOf([owner]);
    const before = await m.perp.read.account([ETH_USD, owner]);
    // In the same second, or funding would be due.
    await holdClock(m);
    const hash = await m.perp.write.modify([ETH_USD, -1n, -tokens * m.tokenUnit], from(m.alice));
    const refused = await eventOf(m, hash, "PayoutRefused");
    expect(refused).to.deep.equal({ market: ETH_USD, account: refused.account, amount: tokens * wad(1) });
    const after = await m.perp.read.account([ETH_USD, owner]);
    expect(after.size).to.equal(wad(50) - 1n);
    // Fee and loss of one wei of size are a few thousand wei of quote.
    const lost = before.collateral - after.collateral;
    expect(lost >= 0n && lost < 10_000n, `collateral fell by ${formatUnits(lost, 18)}`).to.equal(true);
    expect(await m.token.read.balanceOf([owner])).to.equal(held);
  }
});

describe("a flip", () => {
  const long = wad(10);
  const cases: readonly [string, bigint][] = [
    ["to the same size on the other side", -long],
    ["to a smaller size", -long / 2n],
    ["to 1 wei", -1n],
  ];

  for (const [name, sizeAfter] of cases) {
    it(`in ReduceOnly ${name} is refused: it opens what it closes`, async () => {
      const m = await direct();
      await setMode(m, "ReduceOnly");
      for (const sign of [1n, -1n]) {
        const flip = position({ sizeBefore: sign * long, sizeAfter: sign * sizeAfter });
        await expectRevert(enforce(m, flip), "SizeExceeded", [ETH_USD, flip.account, -sizeAfter, 0n, limitIndex("Mode")]);
        expect(await preview(m, flip)).to.include({ allowed: false, maxSize: 0n, limit: limitIndex("Mode") });
      }
    });
  }

  it("is refused in ReduceOnly, while closing and reducing pass", async () => {
    const m = await direct();
    await setMode(m, "ReduceOnly");
    for (const sizeAfter of [0n, 1n, long - 1n, long]) {
      await enforce(m, position({ sizeBefore: long, sizeAfter }));
      await enforce(m, position({ sizeBefore: -long, sizeAfter: -sizeAfter }));
    }
  });

  it("through the perp is refused in ReduceOnly, while closing and reducing pass", async () => {
    const m = await traded();
    await setMode(m, "ReduceOnly");
    const owner = m.alice.account.address;
    const flip = m.perp.write.trade([ETH_USD, -wad(51)], from(m.alice));
    await expectRevert(flip, "SizeExceeded", [ETH_USD, owner, wad(1), 0n, limitIndex("Mode")]);
    await m.perp.write.trade([ETH_USD, -wad(20)], from(m.alice));
    await m.perp.write.close([ETH_USD], from(m.alice));
    expect((await m.perp.read.account([ETH_USD, owner])).size).to.equal(0n);
  });

  it("in Enforce is a close and an opening: the position before carries nothing over, however large it was", async () => {
    const m = await direct();
    const equity = wad(1_000);
    const opening = await preview(m, position({ equity, sizeAfter: -1n }));
    for (const sizeBefore of [1n, wad(10), wad(1_000_000), 2n ** 255n - 1n]) {
      const flip = (sizeAfter: bigint): PositionStruct => position({ equity, sizeBefore, sizeAfter });
      await holdClock(m);
      const { maxSize } = await preview(m, flip(-1n));
      await enforce(m, flip(-maxSize));
      await holdClock(m);
      const above = maxSize + 1n;
      await expectRevert(enforce(m, flip(-above)), "SizeExceeded", [ETH_USD, position().account, above, maxSize, opening.limit]);
    }
    expect(opening.maxSize > 0n).to.equal(true);
  });
});
