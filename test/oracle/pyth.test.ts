import { expect } from "chai";
import type { Hex } from "viem";
import { coldGas, describeAdapter, SPACING } from "../helpers/adapters.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  bring,
  createPyth,
  ETH_ID,
  FEE,
  goodAnswer,
  INT64_MAX,
  MAX_CONFIDENCE,
  PYTH,
  type PythFed,
  signed,
  UINT64_MAX,
  updateAndRecord,
} from "../helpers/feeds/pyth.ts";
import { eventsOf, expectRevert, fixture, from, goTo, now, revertOf, wad } from "../helpers/market.ts";
import { answering, refusing, setCode, words } from "../helpers/sourceCode.ts";

const OTHER_ID: Hex = `0x${"b7".repeat(32)}`;
const LARGEST = 10n ** 17n;

const latest = (m: PythFed) => m.kept.read.latestRoundData();
const fresh = fixture((connection) => createPyth(connection));
const priced = fixture(async (connection) => {
  const m = await createPyth(connection);
  await bring(m);
  return m;
});

describe("a guard on Pyth", () => {
  describeAdapter(PYTH);

  it("is no blackout where Pyth answers the same words well: what is wrong above is wrong for its own reason", async () => {
    const m = await priced();
    for (const answer of [goodAnswer(await now(m)), [...goodAnswer(await now(m)), 1n]]) {
      await setCode(m, m.pyth.address, answering(words(...answer)));
      expect((await latest(m))[1]).to.equal(wad(2_000));
    }
  });
});

describe("a price of Pyth", () => {
  const conversions: readonly [price: bigint, expo: number, answer: bigint][] = [
    [2_000_00000000n, -8, wad(2_000)],
    [2_000_00000n, -5, wad(2_000)],
    [2_000n, 0, wad(2_000)],
    [INT64_MAX, -18, INT64_MAX],
    [INT64_MAX, 0, INT64_MAX * 10n ** 18n],
    [1n, -18, 1n],
    [1n, 0, wad(1)],
  ];
  for (const [price, expo, answer] of conversions) {
    it(`of ${price} with exponent ${expo} is ${answer} with 18 decimals`, async () => {
      const m = await fresh();
      const time = await now(m);
      await bring(m, { price, expo, conf: 0n, time });
      expect(await latest(m)).to.deep.equal([1n, answer, time, time, 1n]);
      expect(await m.kept.read.decimals()).to.equal(18);
    });
  }

  it(`of any size and exponent loses nothing, and its doubt is rounded up (SEED=${SEED})`, async () => {
    const m = await fresh();
    const random = new Random(SEED, "pyth");
    const time = await now(m);
    let [accepted, doubted] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const [price, expo] = [random.logBetween(1n, INT64_MAX), -random.between(0n, 18n)];
      // Around the bound as often as anywhere else.
      const bound = (price * MAX_CONFIDENCE) / 10n ** 18n;
      const conf = random.oneIn(2) ? bound + random.between(0n, 1n) : random.logBetween(0n, UINT64_MAX);
      await setCode(m, m.pyth.address, answering(words(price, conf, expo, time)));
      const ratio = (conf * 10n ** 18n + price - 1n) / price;
      expect(await m.kept.read.confidence()).to.equal(ratio);
      if (ratio <= MAX_CONFIDENCE) {
        accepted++;
        expect(await latest(m)).to.deep.equal([1n, price * 10n ** (18n + expo), time, time, 1n]);
      } else {
        doubted++;
        await expectRevert(latest(m), "PriceUncertain", [ratio]);
      }
    }
    expect(Math.min(accepted, doubted)).to.be.above(50);
  });

  it("may be doubted by exactly the bound, and by no wei more", async () => {
    const m = await fresh();
    await bring(m, { conf: 10_00000000n });
    expect(await m.kept.read.confidence()).to.equal(MAX_CONFIDENCE);
    expect((await latest(m))[1]).to.equal(wad(2_000));
    await goTo(m, (await now(m)) + 1n);
    await bring(m, { conf: 10_00000001n });
    expect(await m.kept.read.confidence()).to.equal(MAX_CONFIDENCE + 5_000_000n);
    await expectRevert(latest(m), "PriceUncertain", [MAX_CONFIDENCE + 5_000_000n]);
    await expectRevert(m.kept.write.record(), "PriceUncertain", [MAX_CONFIDENCE + 5_000_000n]);
  });

  it("is none at zero or below, and then has no doubt either", async () => {
    for (const price of [0n, -1n, -(2n ** 63n)]) {
      const m = await fresh();
      await bring(m, { price });
      await expectRevert(latest(m), "SourceUnusable", [m.pyth.address]);
      await expectRevert(m.kept.read.confidence(), "SourceUnusable", [m.pyth.address]);
      await expectRevert(m.kept.write.record(), "SourceUnusable", [m.pyth.address]);
    }
  });

  it("has an exponent from −18 to 0", async () => {
    for (const expo of [-19, 1, -(2 ** 31), 2 ** 31 - 1]) {
      const m = await fresh();
      await bring(m, { expo });
      await expectRevert(latest(m), "ExponentOutOfRange", [BigInt(expo), -18n, 0n]);
    }
  });

  it("may change its exponent: the answer's decimals stay", async () => {
    const m = await priced();
    await goTo(m, (await now(m)) + 1n);
    await bring(m, { price: 2_000_00000n, conf: 0n, expo: -5 });
    expect((await latest(m))[1]).to.equal(wad(2_000));
  });

  it("is of now at the latest: one of the next second is none until then", async () => {
    const m = await fresh();
    const time = (await now(m)) + 100n;
    await bring(m, { time });
    await goTo(m, time - 1n);
    await expectRevert(latest(m), "SourceUnusable", [m.pyth.address]);
    await goTo(m, time);
    expect((await latest(m))[3]).to.equal(time);
  });

  it("that was never published is none", async () => {
    const m = await fresh();
    await expectRevert(latest(m), "SourceUnusable", [m.pyth.address]);
  });

  it("earlier than the one Pyth has, or of the same second, is ignored by Pyth, and here", async () => {
    const m = await priced();
    const before = await latest(m);
    for (const time of [before[3] - 1n, before[3]]) {
      await bring(m, { price: 1_00000000n, conf: 0n, time });
      expect(await latest(m)).to.deep.equal(before);
    }
  });

  it("between two reads is the newer one, with the same id until something is recorded", async () => {
    const m = await priced();
    expect((await latest(m))[0]).to.equal(1n);
    const time = (await now(m)) + 1n;
    await goTo(m, time);
    await bring(m, { price: 2_001_00000000n, time });
    expect(await latest(m)).to.deep.equal([1n, wad(2_001), time, time, 1n]);
    await m.kept.write.record();
    expect(await latest(m)).to.deep.equal([2n, wad(2_001), time, time, 2n]);
  });
});

describe("bringing and recording in one", () => {
  it("pays Pyth's fee to the wei, and records", async () => {
    const m = await fresh();
    const hash = await updateAndRecord(m);
    expect((await eventsOf(m, hash)).map(({ name }) => name)).to.deep.equal(["PriceFeedUpdate", "RoundRecorded"]);
    expect(await m.publicClient.getBalance({ address: m.pyth.address })).to.equal(FEE);
    expect(await m.publicClient.getBalance({ address: m.kept.address })).to.equal(0n);
    expect((await m.kept.read.lastRecorded())[0]).to.equal(1n);
  });

  it("gives back what was too much", async () => {
    const m = await fresh();
    const data = [await signed(m), await signed(m, { id: OTHER_ID })];
    const { address } = m.mallory.account;
    const before = await m.publicClient.getBalance({ address });
    const hash = await m.kept.write.updateAndRecord([data], { ...from(m.mallory), value: 10n ** 18n, gasPrice: 10n ** 10n });
    const { gasUsed, effectiveGasPrice } = await m.publicClient.getTransactionReceipt({ hash });
    expect(await m.publicClient.getBalance({ address })).to.equal(before - 2n * FEE - gasUsed * effectiveGasPrice);
    expect(await m.publicClient.getBalance({ address: m.kept.address })).to.equal(0n);
  });

  it("is refused with one wei too little, and nothing is brought", async () => {
    const m = await fresh();
    await expectRevert(updateAndRecord(m, {}, FEE - 1n), "FeeTooLow", [FEE - 1n, FEE]);
    await expectRevert(updateAndRecord(m, {}, 0n), "FeeTooLow", [0n, FEE]);
    expect(await m.pyth.read.priceFeedExists([ETH_ID])).to.equal(false);
  });

  it("is refused to who takes nothing back", async () => {
    const m = await fresh();
    // The feed itself would have to take the rest, and takes none.
    const data = await signed(m);
    const sender = m.mallory.account.address;
    await setCode(m, sender, refusing("0x"));
    await m.connection.networkHelpers.impersonateAccount(sender);
    const send = (value: bigint) => m.kept.write.updateAndRecord([[data]], { account: sender, value, gas: 1_000_000n });
    expect(await revertOf(send(FEE + 1n))).to.equal("0xd6bda275");
    await send(FEE);
  });

  it("records nothing sooner than the spacing allows, and brings the price all the same", async () => {
    const m = await fresh();
    await updateAndRecord(m);
    const [, , first] = await m.kept.read.lastRecorded();
    await goTo(m, first + SPACING + 10n);
    await updateAndRecord(m, { price: 2_100_00000000n, time: first + SPACING - 1n });
    expect(await m.kept.read.lastRecorded()).to.deep.equal([1n, wad(2_000), first]);
    expect((await latest(m)).slice(0, 2)).to.deep.equal([3n, wad(2_100)]);
    await updateAndRecord(m, { price: 2_200_00000000n, time: first + SPACING });
    expect(await m.kept.read.lastRecorded()).to.deep.equal([2n, wad(2_200), first + SPACING]);
  });

  it("of other prices alone records this one as it is", async () => {
    const m = await priced();
    await updateAndRecord(m, { id: OTHER_ID, price: 1n });
    expect((await m.kept.read.lastRecorded()).slice(0, 2)).to.deep.equal([1n, wad(2_000)]);
  });

  it("brings nothing that cannot be recorded, and says why", async () => {
    const m = await priced();
    await goTo(m, (await now(m)) + 10n);
    await expectRevert(updateAndRecord(m, { price: -1n }), "SourceUnusable", [m.pyth.address]);
    await expectRevert(updateAndRecord(m, { conf: 2_000_00000000n }), "PriceUncertain", [wad(1)]);
    expect((await latest(m))[1]).to.equal(wad(2_000));
  });

  it("takes no ether without an update", async () => {
    const m = await fresh();
    expect(await m.deployer.sendTransaction({ to: m.kept.address, value: 1n }).catch(() => "refused")).to.equal("refused");
  });
});

describe("what a feed on Pyth may be made of", () => {
  it("a contract, a bound from one wei to a tenth, and a spacing the guard counts", async () => {
    const m = await fresh();
    const deploy = (pyth: Hex, confidence: bigint, spacing = SPACING) =>
      m.connection.viem.deployContract("PythFeed", [pyth, ETH_ID, confidence, spacing]);
    await expectRevert(deploy(m.mallory.account.address, MAX_CONFIDENCE), "NotPyth", [m.mallory.account.address]);
    for (const confidence of [0n, LARGEST + 1n, 2n ** 256n - 1n]) {
      await expectRevert(deploy(m.pyth.address, confidence), "ConfigOutOfRange", ["maxConfidence", confidence, 1n, LARGEST]);
    }
    for (const confidence of [1n, LARGEST]) {
      expect(await (await deploy(m.pyth.address, confidence)).read.MAX_CONFIDENCE()).to.equal(confidence);
    }
    await expectRevert(deploy(m.pyth.address, LARGEST, SPACING - 1n), "ConfigOutOfRange", ["minSpacing", SPACING - 1n, SPACING, 86_400n]);
    expect([(await m.kept.read.PYTH()).toLowerCase(), await m.kept.read.PRICE_ID()]).to.deep.equal([m.pyth.address.toLowerCase(), ETH_ID]);
  });
});

it("gas of a feed on Pyth", async function () {
  const m = await priced();
  await m.kept.write.record();
  const gas = await coldGas(m.connection, m.kept.address);
  expect(Number(gas)).to.be.below(25_000);
  this.runnable().title += `'s own test double: latestRoundData costs ${gas} cold`;
});
