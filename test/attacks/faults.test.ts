import { expect } from "chai";
import type { OracleStatus } from "../../sdk/src/index.ts";
import { LEAVING, RISKING, SIZE as size } from "../helpers/actions.ts";
import { FAULTS, type Fault, statusOf } from "../helpers/faults.ts";
import {
  createDirect,
  createMarket,
  ETH_USD,
  enforce,
  eventOf,
  expectRevert,
  fixture,
  from,
  fund,
  goTo,
  now,
  open,
  position,
  preview,
  setFault,
  statusIndex,
  type Venue,
  wad,
  warmUp,
} from "../helpers/market.ts";

/** A way to lose the price, and what the guard calls it. */
interface Blackout {
  readonly name: string;
  readonly status: OracleStatus;
  readonly strike: (m: Venue) => Promise<unknown>;
}

const setCode = (m: Venue, code: string): Promise<void> => m.connection.networkHelpers.setCode(m.feed.address, code);

/** The test feed burns gas in a loop, which takes a second each time; an invalid instruction burns as much in no time. */
const strikeWith =
  (fault: Fault) =>
  (m: Venue): Promise<void> =>
    fault === "BurnsGas" ? setCode(m, "0xfe") : setFault(m, fault);

const BLACKOUTS: readonly Blackout[] = [
  ...FAULTS.filter((fault) => fault !== "None").map(
    (fault): Blackout => ({ name: fault, status: statusOf(fault), strike: strikeWith(fault) }),
  ),
  { name: "no code at the feed's address", status: "Invalid", strike: (m) => setCode(m, "0x") },
  {
    name: "a feed that was never written",
    status: "Invalid",
    strike: async (m) => m.feed.write.set([await m.feed.read.latestId(), 0n, 0n]),
  },
  { name: "a price just stale", status: "Stale", strike: async (m) => goTo(m, (await now(m)) + m.policy.maxAge + 1n) },
  { name: "a price ten years old", status: "Stale", strike: async (m) => goTo(m, (await now(m)) + 315_360_000n) },
];

const direct = fixture(async (connection) => {
  const m = await createDirect(connection);
  await warmUp(m);
  return m;
});

/** Alice is long, Bob is short, Carol has collateral and no position. */
const traded = fixture(async (connection) => {
  const m = await createMarket(connection);
  await warmUp(m);
  await open(m, m.alice, 20_000n, size);
  await open(m, m.bob, 20_000n, -size);
  await fund(m, m.carol, 20_000n);
  await m.perp.write.deposit([ETH_USD, 20_000n * m.tokenUnit], from(m.carol));
  await fund(m, m.alice, 1_000n);
  return m;
});

for (const { name, status, strike } of BLACKOUTS) {
  describe(`with ${name}`, () => {
    it("the guard lets everything go that reduces or leaves", async () => {
      const m = await direct();
      await strike(m);
      for (const [what, overrides] of LEAVING) {
        const asked = position(overrides);
        await enforce(m, asked);
        expect((await preview(m, asked)).allowed, what).to.equal(true);
      }
    });

    it(`the guard refuses whatever adds risk, and says ${status}`, async () => {
      const m = await direct();
      await strike(m);
      const word = await m.guard.read.volatilityWord([ETH_USD]);
      for (const [what, overrides] of RISKING) {
        const asked = position(overrides);
        expect(await preview(m, asked), what).to.include({ allowed: false, limitSize: 0n, status: statusIndex(status) });
        await expectRevert(enforce(m, asked), "OracleRejected", [ETH_USD, asked.account, statusIndex(status)]);
      }
      expect(await m.guard.read.volatilityWord([ETH_USD])).to.equal(word);
    });

    it("traders of the perp reduce, close, add collateral, and withdraw when flat", async () => {
      const m = await traded();
      await strike(m);
      const [alice, bob, carol] = [from(m.alice), from(m.bob), from(m.carol)];
      await m.perp.write.trade([ETH_USD, -size / 2n], alice);
      await m.perp.write.deposit([ETH_USD, 1_000n * m.tokenUnit], alice);
      await m.perp.write.close([ETH_USD], alice);
      await m.perp.write.trade([ETH_USD, 1n], bob);
      await m.perp.write.close([ETH_USD], bob);
      await m.perp.write.withdraw([ETH_USD, 20_000n * m.tokenUnit], carol);
      for (const { account } of [m.alice, m.bob, m.carol]) {
        expect(await m.perp.read.account([ETH_USD, account.address])).to.include({ size: 0n });
      }
      expect(await m.token.read.balanceOf([m.carol.account.address])).to.equal(20_000n * m.tokenUnit);
    });

    it("traders of the perp cannot add risk or take collateral from a position, and a payout with a reduction stays behind", async () => {
      const m = await traded();
      await strike(m);
      const alice = from(m.alice);
      const refused = [
        () => m.perp.write.trade([ETH_USD, 1n], alice),
        () => m.perp.write.trade([ETH_USD, -size - 1n], alice),
        () => m.perp.write.withdraw([ETH_USD, 1n], alice),
        () => m.perp.write.modify([ETH_USD, 1n, 1_000n * m.tokenUnit], alice),
        () => m.perp.write.trade([ETH_USD, 1n], from(m.carol)),
        () => m.perp.write.liquidate([ETH_USD, m.bob.account.address], alice),
      ];
      for (const action of refused) await expectRevert(action(), "PriceUnavailable", [ETH_USD]);
      const hash = await m.perp.write.modify([ETH_USD, -1n, -m.tokenUnit], alice);
      expect((await eventOf(m, hash, "PayoutRefused")).amount).to.equal(wad(1));
      expect((await m.perp.read.account([ETH_USD, m.alice.account.address])).size).to.equal(size - 1n);
    });
  });
}

it("burning gas in a loop costs no more than burning it at once: the way out stays open within a transaction's gas", async () => {
  const m = await traded();
  await setFault(m, "BurnsGas");
  await m.perp.write.close([ETH_USD], from(m.alice));
  expect((await m.perp.read.account([ETH_USD, m.alice.account.address])).size).to.equal(0n);
});

describe("an answer as large as a feed can say", () => {
  /** The shorter the decimals, the less of the largest answer is left over for a size to be multiplied by. */
  for (const decimals of [0, 8, 17, 18, 19, 36]) {
    const load = fixture(async (connection) => {
      const m = await createMarket(connection, { policy: { feedDecimals: BigInt(decimals) } });
      await warmUp(m, 60);
      await open(m, m.alice, 20_000n, size / 2n);
      await open(m, m.bob, 20_000n, -size / 2n);
      return m;
    });

    it(`with ${decimals} decimals is no price to trade on, and everybody may still leave`, async () => {
      const m = await load();
      await setFault(m, "HugeAnswer");
      await expectRevert(m.perp.write.trade([ETH_USD, 1n], from(m.alice)), "PriceUnavailable", [ETH_USD]);
      await m.perp.write.trade([ETH_USD, -size / 4n], from(m.alice));
      await m.perp.write.close([ETH_USD], from(m.alice));
      await m.perp.write.close([ETH_USD], from(m.bob));
    });
  }
});
