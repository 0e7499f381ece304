import { expect } from "chai";
import { TypedDataEncoder, Wallet } from "ethers";
import { network } from "hardhat";
import { encodeFunctionData, type Hex, hashTypedData, hexToBigInt, numberToHex, size, slice } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Forecast, forecastTypedData } from "../../sdk/src/forecast/index.ts";
import { Random, SEED } from "../helpers/corpus.ts";
import {
  answer,
  ascending,
  authorise,
  bring,
  createRegistry,
  DAY,
  forecaster,
  forecasterKey,
  forecastOf,
  HOUR,
  kept,
  MAX_VARIANCE,
  MIN_VARIANCE,
  REFERENCE,
  REGISTRY_CONFIG,
  type Registry,
  type RegistryConfig,
  sign,
  submit,
  typedDataOf,
} from "../helpers/forecasts.ts";
import { ETH_USD, eventOf, eventsOf, expectRevert, fixture, from, goTo, nextBlockAt, now, wad } from "../helpers/market.ts";
import { FAULTY_SOURCES, setCode } from "../helpers/sourceCode.ts";

const YEAR = 31_536_000n;
const MAX_FORECASTERS = 9;
/** Order of the curve that accounts sign on. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const five = fixture((connection) => createRegistry(connection));
const single = fixture((connection) => createRegistry(connection, 1, { quorum: 1n }));

/** Everyone forecasts, in the order of the list. */
async function submitAll(m: Registry, variances: readonly bigint[], overrides: Partial<Forecast> = {}): Promise<void> {
  for (const [index, variance] of variances.entries()) await submit(m, forecaster(m, index), { variance, ...overrides });
}

describe("a signed forecast", () => {
  it("is one object for viem and for ethers, with the digest the registry computes", async () => {
    const m = await five();
    const forecast = await forecastOf(m, { variance: wad(0.5) });
    const typedData = typedDataOf(m, forecast);
    const digest = await m.registry.read.digestOf([forecast]);
    expect(hashTypedData(typedData)).to.equal(digest);
    expect(TypedDataEncoder.hash(typedData.domain, typedData.types, typedData.message)).to.equal(digest);
    const [, name, version, chainId, verifyingContract] = await m.registry.read.eip712Domain();
    expect({ name, version, chainId: Number(chainId), verifyingContract: verifyingContract.toLowerCase() }).to.deep.equal(typedData.domain);
  });

  it("counts whether it was signed with viem or with ethers, and whoever brings it", async () => {
    const m = await five();
    const forecast = await forecastOf(m, { variance: wad(0.5) });
    const { domain, types, message } = typedDataOf(m, forecast);
    const [inEthers, inViem] = [new Wallet(forecasterKey(0)), forecaster(m, 1)];
    await bring(m, forecast, inEthers.address as Hex, (await inEthers.signTypedData(domain, types, message)) as Hex);
    await bring(m, forecast, inViem.address, await sign(m, inViem, forecast));
    for (const index of [0, 1]) expect((await kept(m, index)).variance).to.equal(wad(0.5));
  });

  it("is told to whoever indexes: what was signed, what counts of it, and everything else that was signed", async () => {
    const m = await five();
    const forecast = await forecastOf(m, { variance: wad(5) });
    const { address } = forecaster(m, 0);
    const hash = await bring(m, forecast, address, await sign(m, forecaster(m, 0), forecast));
    const { variance: signedVariance, ...rest } = forecast;
    expect(await eventOf(m, hash, "ForecastSubmitted")).to.deep.equal({
      forecaster: address,
      signedVariance,
      countedVariance: 2n * REFERENCE,
      ...rest,
    });
  });

  it("is the forecaster's own: nobody else's signature will do, and none where a bit of it is other", async () => {
    const m = await five();
    const [first, second] = [forecaster(m, 0), forecaster(m, 1)];
    const forecast = await forecastOf(m);
    const signature = await sign(m, first, forecast);
    const changed: readonly Partial<Forecast>[] = [
      { market: `0x${"01".repeat(32)}` },
      { variance: forecast.variance + 1n },
      { horizon: forecast.horizon + 1 },
      { issuedAt: forecast.issuedAt - 1 },
      { expiry: forecast.expiry + 1 },
    ];
    for (const change of changed) {
      await expectRevert(bring(m, { ...forecast, ...change }, first.address, signature), "SignatureInvalid", [first.address]);
    }
    await expectRevert(bring(m, forecast, second.address, signature), "SignatureInvalid", [second.address]);
    await expectRevert(bring(m, forecast, first.address, await sign(m, second, forecast)), "SignatureInvalid", [first.address]);
    await bring(m, forecast, first.address, signature);
  });

  it("counts in one form only: not malleable, not compact, not cut, not padded, not empty", async () => {
    const m = await five();
    const { address } = forecaster(m, 0);
    const forecast = await forecastOf(m);
    const signature = await sign(m, forecaster(m, 0), forecast);
    const [r, s, v] = [slice(signature, 0, 32), slice(signature, 32, 64), slice(signature, 64)];
    const mirrored = numberToHex(CURVE_ORDER - hexToBigInt(s), { size: 32 });
    const other = v === "0x1b" ? "1c" : "1b";
    const compact = numberToHex(hexToBigInt(s) | (BigInt(v === "0x1c" ? 1 : 0) << 255n), { size: 32 });
    const forms: readonly Hex[] = [
      `${r}${mirrored.slice(2)}${other}`,
      `${r}${s.slice(2)}${other}`,
      `${r}${s.slice(2)}00`,
      `${r}${compact.slice(2)}`,
      slice(signature, 0, 64),
      `${signature}00`,
      "0x",
      `0x${"00".repeat(65)}`,
    ];
    for (const form of forms) {
      await expectRevert(bring(m, forecast, address, form), "SignatureInvalid", [address]);
    }
    expect(size(signature)).to.equal(65);
    await bring(m, forecast, address, signature);
  });

  it("counts in no other registry, under no other name or version, and on no other chain", async () => {
    const m = await five();
    const account = forecaster(m, 0);
    const twin = await m.connection.viem.deployContract("ForecastRegistry", [m.manager.address, REGISTRY_CONFIG]);
    const forecast = await forecastOf(m);
    const typedData = typedDataOf(m, forecast);
    const domains = [
      { ...typedData.domain, verifyingContract: twin.address },
      { ...typedData.domain, chainId: m.chainId + 1 },
      { ...typedData.domain, name: "Sizing Guard" },
      { ...typedData.domain, version: "2" },
    ];
    for (const domain of domains) {
      const signature = await account.signTypedData({ ...typedData, domain });
      await expectRevert(bring(m, forecast, account.address, signature), "SignatureInvalid", [account.address]);
    }
  });

  it("does not count for a registry of the same address on another chain", async () => {
    const m = await five();
    const override = { allowBlocksWithSameTimestamp: true, initialDate: "2025-06-01T00:00:00Z", chainId: 8_453 };
    const other = await createRegistry(await network.create({ override }));
    expect(other.registry.address).to.equal(m.registry.address);
    const account = forecaster(m, 0);
    const forecast = await forecastOf(other);
    const signature = await account.signTypedData(forecastTypedData({ chainId: m.chainId, registry: m.registry.address, forecast }));
    await expectRevert(bring(other, forecast, account.address, signature), "SignatureInvalid", [account.address]);
    await bring(other, forecast, account.address, await sign(other, account, forecast));
  });

  it("is brought once: not again, not after a later one, and not in place of one of the same second", async () => {
    const m = await five();
    const account = forecaster(m, 0);
    const time = Number(await now(m));
    const [early, late] = [await forecastOf(m, { issuedAt: time - 1 }), await forecastOf(m, { issuedAt: time })];
    const [signedEarly, signedLate] = [await sign(m, account, early), await sign(m, account, late)];
    await bring(m, late, account.address, signedLate);
    const before = await kept(m, 0);
    await expectRevert(bring(m, late, account.address, signedLate), "ForecastNotLater", [BigInt(time), BigInt(time)]);
    await expectRevert(bring(m, early, account.address, signedEarly), "ForecastNotLater", [BigInt(time - 1), BigInt(time)]);
    await expectRevert(submit(m, account, { issuedAt: time, variance: wad(0.3) }), "ForecastNotLater", [BigInt(time), BigInt(time)]);
    expect(await kept(m, 0)).to.deep.equal(before);
    // Another market is another matter.
    await submit(m, account, { issuedAt: time - 1, market: `0x${"02".repeat(32)}` });
  });

  it("is of the past or of now, expires later than now, and within a day of its issue: to the second", async () => {
    const m = await single();
    const account = forecaster(m, 0);
    const time = (await now(m)) + 200_000n;
    const at = Number(time);
    const attempt = (overrides: Partial<Forecast>) => submit(m, account, overrides, time);
    await goTo(m, time);
    await expectRevert(attempt({ issuedAt: at + 1 }), "IssuedInFuture", [time + 1n, time]);
    await expectRevert(attempt({ issuedAt: at - 100, expiry: at }), "ForecastExpired", [time, time]);
    await expectRevert(attempt({ issuedAt: at - 100, expiry: at - 101 }), "ForecastExpired", [time - 101n, time]);
    await expectRevert(attempt({ issuedAt: at, expiry: at + 86_401 }), "LifetimeTooLong", [DAY + 1n, DAY]);
    await expectRevert(attempt({ issuedAt: at - 86_400, expiry: at + 1 }), "LifetimeTooLong", [DAY + 1n, DAY]);
    await expectRevert(attempt({ issuedAt: 0, expiry: 2 ** 32 - 1 }), "LifetimeTooLong", [2n ** 32n - 1n, DAY]);
    await attempt({ issuedAt: at - 86_399, expiry: at + 1 });
    await attempt({ issuedAt: at, expiry: at + 86_400 });
    expect((await kept(m, 0)).expiry).to.equal(time + DAY);
  });

  it("is about a horizon of this registry, and a variance that a market can have: to the unit", async () => {
    const m = await single();
    const account = forecaster(m, 0);
    const { minHorizon, maxHorizon } = REGISTRY_CONFIG;
    for (const horizon of [0n, minHorizon - 1n, maxHorizon + 1n, 2n ** 32n - 1n]) {
      await expectRevert(submit(m, account, { horizon: Number(horizon) }), "HorizonOutOfRange", [horizon, minHorizon, maxHorizon]);
    }
    for (const variance of [0n, MIN_VARIANCE - 1n, MAX_VARIANCE + 1n, 2n ** 256n - 1n]) {
      await expectRevert(submit(m, account, { variance }), "VarianceOutOfRange", [variance, MIN_VARIANCE, MAX_VARIANCE]);
    }
    let time = await now(m);
    for (const overrides of [
      { horizon: Number(minHorizon) },
      { horizon: Number(maxHorizon) },
      { variance: MIN_VARIANCE },
      { variance: MAX_VARIANCE },
    ]) {
      time += 1n;
      await submit(m, account, overrides, time);
    }
    expect((await kept(m, 0)).variance).to.equal(2n * REFERENCE);
  });

  it("counts up to its expiry, to the second", async () => {
    const m = await single();
    const time = await now(m);
    await submit(m, forecaster(m, 0), { expiry: Number(time) + 500 });
    await goTo(m, time + 500n);
    expect(await answer(m)).to.deep.equal({ variance: REFERENCE, validUntil: time + 500n });
    expect((await kept(m, 0)).isFresh).to.equal(true);
    await goTo(m, time + 501n);
    await expectRevert(answer(m), "QuorumMissing", [0n, 1n]);
    expect((await kept(m, 0)).isFresh).to.equal(false);
  });
});

describe("a contract wallet's forecast", () => {
  const owner = privateKeyToAccount(forecasterKey(100));
  const withWallet = fixture(async (connection) => {
    const m = await createRegistry(connection, 1, { quorum: 1n });
    const wallet = await connection.viem.deployContract("TestWallet", [owner.address]);
    await authorise(m, wallet.address);
    await connection.networkHelpers.time.increase(10n);
    return { ...m, wallet };
  });

  it("counts where the wallet says so (ERC-1271), and not the wallet's owner's for himself", async () => {
    const m = await withWallet();
    const forecast = await forecastOf(m, { variance: wad(0.4) });
    const signature = await sign(m, owner, forecast);
    await expectRevert(bring(m, forecast, owner.address, signature), "NotForecaster", [owner.address]);
    const foreign = await sign(m, forecaster(m, 0), forecast);
    await expectRevert(bring(m, forecast, m.wallet.address, foreign), "SignatureInvalid", [m.wallet.address]);
    await bring(m, forecast, m.wallet.address, signature);
    expect((await m.registry.read.forecastOf([ETH_USD, m.wallet.address])).variance).to.equal(wad(0.4));
  });

  for (const [name, code] of FAULTY_SOURCES.filter(([, code]) => code !== "0x")) {
    it(`does not where the wallet ${name}`, async () => {
      const m = await withWallet();
      const forecast = await forecastOf(m);
      const signature = await sign(m, owner, forecast);
      await setCode(m, m.wallet.address, code);
      await expectRevert(bring(m, forecast, m.wallet.address, signature), "SignatureInvalid", [m.wallet.address]);
    });
  }

  it("can be brought for another wallet of the owner, where neither signs with its own address: the warning is true", async () => {
    const m = await withWallet();
    const second = await m.connection.viem.deployContract("TestWallet", [owner.address]);
    await authorise(m, second.address);
    await m.connection.networkHelpers.time.increase(10n);
    const forecast = await forecastOf(m);
    const signature = await sign(m, owner, forecast);
    for (const { address } of [m.wallet, second]) await bring(m, forecast, address, signature);
    expect((await m.registry.read.forecastOf([ETH_USD, second.address])).isFresh).to.equal(true);
  });
});

describe("who forecasts", () => {
  it("is decided by the authority alone, and told", async () => {
    const m = await five();
    const { address } = m.alice.account;
    const attempt = m.registry.write.setForecaster([address, true], from(m.mallory));
    await expectRevert(attempt, "AccessManagedUnauthorized", [m.mallory.account.address]);
    await expectRevert(submit(m, privateKeyToAccount(forecasterKey(50))), "NotForecaster", [
      privateKeyToAccount(forecasterKey(50)).address,
    ]);
    const hash = await authorise(m, address);
    expect(await eventOf(m, hash, "ForecasterSet")).to.deep.equal({ forecaster: address, isAuthorised: true });
    const revoked = await authorise(m, address, false);
    expect(await eventOf(m, revoked, "ForecasterSet")).to.deep.equal({ forecaster: address, isAuthorised: false });
  });

  it("is nine at the most; who leaves makes room, and takes nobody along", async () => {
    const m = await createRegistry((await five()).connection, MAX_FORECASTERS, { quorum: 1n });
    const everyone = m.forecasters.map(({ address }) => address);
    const tenth = privateKeyToAccount(forecasterKey(9)).address;
    await expectRevert(authorise(m, tenth), "TooManyForecasters", [BigInt(MAX_FORECASTERS)]);
    for (const leaver of [everyone[0], everyone[4], everyone[8]] as Hex[]) {
      await authorise(m, leaver, false);
      const rest = everyone.filter((one) => one !== leaver);
      expect([...(await m.registry.read.forecasters())].sort()).to.deep.equal([...rest].sort());
      for (const [index, { address }] of m.forecasters.entries()) {
        if (address === leaver) await expectRevert(submit(m, forecaster(m, index)), "NotForecaster", [address]);
      }
      await authorise(m, leaver);
      await expectRevert(authorise(m, tenth), "TooManyForecasters", [BigInt(MAX_FORECASTERS)]);
    }
    await m.connection.networkHelpers.time.increase(10n);
    for (const account of m.forecasters) await submit(m, account);
    for (const leaver of [...everyone].reverse()) await authorise(m, leaver, false);
    expect(await m.registry.read.forecasters()).to.deep.equal([]);
    await expectRevert(answer(m), "QuorumMissing", [0n, 1n]);
  });

  it("stops counting at once where it is revoked, for good: authorised again it begins anew", async () => {
    const m = await five();
    await submitAll(m, [wad(0.3), wad(0.3), wad(0.4)]);
    expect((await answer(m)).variance).to.equal(wad(0.3));
    const account = forecaster(m, 2);
    const unbrought = await forecastOf(m, { issuedAt: Number(await now(m)) + 1 });
    await authorise(m, account.address, false);
    await expectRevert(answer(m), "QuorumMissing", [2n, 3n]);
    expect((await kept(m, 2)).isFresh).to.equal(false);
    await expectRevert(bring(m, unbrought, account.address, await sign(m, account, unbrought)), "NotForecaster", [account.address]);
    await m.connection.networkHelpers.time.increase(5n);
    const hash = await authorise(m, account.address);
    const { timestamp: since } = await m.publicClient.getBlock({
      blockHash: (await m.publicClient.getTransactionReceipt({ hash })).blockHash,
    });
    await expectRevert(answer(m), "QuorumMissing", [2n, 3n]);
    const issuedAt = BigInt(unbrought.issuedAt);
    await expectRevert(bring(m, unbrought, account.address, await sign(m, account, unbrought)), "ForecastNotLater", [issuedAt, since]);
    await expectRevert(submit(m, account, { issuedAt: Number(since) }), "ForecastNotLater", [since, since]);
    await submit(m, account, { variance: wad(9) }, since + 1n);
    expect((await kept(m, 2)).variance, "bounded by the reference, not by what it said before").to.equal(2n * REFERENCE);
    expect((await answer(m)).variance).to.equal(wad(0.3));
  });

  it("begins anew where it is authorised again in the second of its last forecast, and however far it had come", async () => {
    const m = await single();
    const account = forecaster(m, 0);
    const start = (await now(m)) + 10n;
    await submit(m, account, { variance: MAX_VARIANCE }, start);
    const last = start + HOUR;
    await submit(m, account, { variance: MAX_VARIANCE }, last);
    expect((await answer(m)).variance).to.equal(4n * REFERENCE);
    for (const isAuthorised of [false, true]) {
      await nextBlockAt(m, last);
      await authorise(m, account.address, isAuthorised);
    }
    expect(await now(m)).to.equal(last);
    await expectRevert(answer(m), "QuorumMissing", [0n, 1n]);
    expect((await kept(m, 0)).isFresh).to.equal(false);
    await submit(m, account, { variance: MAX_VARIANCE }, last + 1n);
    const { variance, anchor: begun, anchorTime } = await kept(m, 0);
    expect([variance, begun, anchorTime]).to.deep.equal([2n * REFERENCE, REFERENCE, last + 1n]);
  });

  it("is left as it is where it is so already: authorised twice, what was said goes on counting", async () => {
    const m = await five();
    await submitAll(m, [wad(0.3), wad(0.3), wad(0.4)]);
    const before = await answer(m);
    await m.connection.networkHelpers.time.increase(5n);
    for (const hash of [await authorise(m, forecaster(m, 2).address), await authorise(m, m.alice.account.address, false)]) {
      expect(await eventsOf(m, hash)).to.deep.equal([]);
    }
    expect(await answer(m)).to.deep.equal(before);
  });
});

describe("a median of forecasts", () => {
  for (let count = 1; count <= MAX_FORECASTERS; count++) {
    it(`of ${count} is the one in the middle, the upper of two, while as many others as there is room for are stale`, async () => {
      const m = await createRegistry((await five()).connection, MAX_FORECASTERS, { quorum: BigInt(count) });
      const random = new Random(SEED, `median ${count}`);
      const time = (await now(m)) + 10n;
      const variances = Array.from({ length: count }, () => random.between(REFERENCE / 2n, 2n * REFERENCE));
      const first = random.below(MAX_FORECASTERS);
      for (let i = 0; i < MAX_FORECASTERS; i++) {
        const variance = variances[i] ?? random.pick([REFERENCE / 2n, 2n * REFERENCE]);
        const expiry = Number(time) + (i < count ? 1_000 + 100 * i : 50);
        await submit(m, forecaster(m, (first + i) % MAX_FORECASTERS), { variance, expiry }, time);
      }
      await goTo(m, time + 51n);
      expect(await answer(m)).to.deep.equal({
        variance: [...variances].sort(ascending)[count >> 1],
        // All of them are needed: the first to expire ends it.
        validUntil: time + 1_000n,
      });
      await goTo(m, time + 1_000n);
      await answer(m);
      await goTo(m, time + 1_001n);
      await expectRevert(answer(m), "QuorumMissing", [BigInt(count - 1), BigInt(count)]);
    });
  }

  it("stands until the lower median of the expiries, or until the quorum is lost if that is sooner", async () => {
    const { connection } = await five();
    for (const [count, quorum, rank] of [
      [5, 1, 2],
      [5, 3, 2],
      [5, 4, 1],
      [5, 5, 0],
      [4, 1, 1],
      [4, 2, 1],
      [4, 3, 1],
      [4, 4, 0],
      [2, 1, 0],
      [1, 1, 0],
    ] as const) {
      const m = await createRegistry(connection, count, { quorum: BigInt(quorum) });
      const time = await now(m);
      const expiries = [9_000n, 2_000n, 7_000n, 1_000n, 5_000n].slice(0, count).map((seconds) => time + seconds);
      for (const [index, expiry] of expiries.entries()) await submit(m, forecaster(m, index), { expiry: Number(expiry) });
      const { validUntil } = await answer(m);
      expect(validUntil, `quorum ${quorum} of ${count}`).to.equal([...expiries].sort(ascending)[rank]);
      await goTo(m, validUntil);
      expect((await answer(m)).variance).to.equal(REFERENCE);
    }
  });

  it(`is no further than the honest forecasts say, whatever f of n say: within h(⌊n/2⌋ − f) and h(⌊n/2⌋) (SEED=${SEED})`, async () => {
    const { connection } = await five();
    const random = new Random(SEED, "liars");
    let moved = 0;
    for (let count = 1; count <= MAX_FORECASTERS; count++) {
      for (let liars = 0; 2 * liars < count; liars++) {
        const m = await createRegistry(connection, count, { quorum: BigInt(2 * liars + 1) });
        const honest: { variance: bigint; expiry: bigint }[] = [];
        const first = random.below(count);
        const time = await now(m);
        for (let i = 0; i < count; i++) {
          const isLiar = i < liars;
          // Honest within a tenth; who lies as far as the registry lets him.
          const variance = isLiar ? random.pick([MIN_VARIANCE, MAX_VARIANCE]) : (REFERENCE * random.between(90n, 110n)) / 100n;
          const expiry = isLiar ? random.pick([time + 1n, time + DAY]) : time + random.between(10_000n, 20_000n);
          await submit(m, forecaster(m, (first + i) % count), { variance, expiry: Number(expiry) });
          if (!isLiar) honest.push({ variance, expiry });
        }
        const variances = honest.map(({ variance }) => variance).sort(ascending);
        const { variance, validUntil } = await answer(m);
        const [low, high] = [variances[(count >> 1) - liars] ?? 0n, variances[count >> 1] ?? 0n];
        expect(variance >= low && variance <= high, `${liars} of ${count}: ${variance} outside ${low} to ${high}`).to.equal(true);
        const expiries = honest.map(({ expiry }) => expiry).sort(ascending);
        expect(validUntil <= (expiries.at(-1) ?? 0n), "nobody prolongs it beyond the honest").to.equal(true);
        // Those left over when the liars are gone are a quorum: then nobody ends it before the honest do.
        if (honest.length >= 2 * liars + 1) expect(validUntil >= (expiries[0] ?? 0n), "nor ends it before them").to.equal(true);
        if (variance !== variances[variances.length >> 1]) moved++;
      }
    }
    expect(moved > 0, "some lie moved it, within the honest").to.equal(true);
  });

  it("two of five that lie, both ways, leave it among the three others", async () => {
    const m = await five();
    for (const lies of [
      [MIN_VARIANCE, MIN_VARIANCE],
      [MAX_VARIANCE, MAX_VARIANCE],
      [MIN_VARIANCE, MAX_VARIANCE],
    ] as const) {
      const time = (await now(m)) + HOUR;
      for (const [index, variance] of [wad(0.3), lies[0], wad(0.32), lies[1], wad(0.34)].entries()) {
        await submit(m, forecaster(m, index), { variance }, time);
      }
      const { variance } = await answer(m);
      expect(variance >= wad(0.3) && variance <= wad(0.34), `${lies}: ${variance}`).to.equal(true);
    }
  });

  it("of two is the upper one: who lies about one of them can only tighten", async () => {
    const m = await createRegistry((await five()).connection, 2, { quorum: 2n });
    await submitAll(m, [wad(0.3), wad(0.4)]);
    expect((await answer(m)).variance).to.equal(wad(0.4));
  });

  it("is of one market, and says nothing of another", async () => {
    const m = await five();
    await submitAll(m, [wad(0.3), wad(0.3), wad(0.4)]);
    await expectRevert(m.registry.read.varianceOf([`0x${"03".repeat(32)}`]), "QuorumMissing", [0n, 3n]);
  });
});

describe("a forecaster who lies", () => {
  it("is bounded by the reference first, and then by where it stood when the window began", async () => {
    const m = await single();
    const account = forecaster(m, 0);
    const start = (await now(m)) + 10n;
    for (const [seconds, signed, counted, anchor] of [
      [0n, wad(9), 2n * REFERENCE, REFERENCE],
      [1n, MIN_VARIANCE, REFERENCE / 2n, REFERENCE],
      [2n, wad(0.5), wad(0.5), REFERENCE],
      [HOUR - 1n, wad(9), 2n * REFERENCE, REFERENCE],
      [HOUR, wad(9), 4n * REFERENCE, 2n * REFERENCE],
      [HOUR + 1n, MAX_VARIANCE, 4n * REFERENCE, 2n * REFERENCE],
      [50n * HOUR, MAX_VARIANCE, 8n * REFERENCE, 4n * REFERENCE],
      [51n * HOUR - 1n, 1n + MIN_VARIANCE, 2n * REFERENCE, 4n * REFERENCE],
      [51n * HOUR, 1n + MIN_VARIANCE, REFERENCE, 2n * REFERENCE],
    ] as const) {
      await submit(m, account, { variance: signed }, start + seconds);
      const now_ = await kept(m, 0);
      expect([now_.variance, now_.anchor], `after ${seconds} s`).to.deep.equal([counted, anchor]);
    }
  });

  it("is clamped at an odd anchor's half rounded up", async () => {
    const m = await single();
    const start = (await now(m)) + 10n;
    await submit(m, forecaster(m, 0), { variance: wad(0.3) + 1n }, start);
    await submit(m, forecaster(m, 0), { variance: MIN_VARIANCE }, start + HOUR);
    expect((await kept(m, 0)).variance).to.equal(wad(0.15) + 1n);
  });

  it("gains nothing by signing one a second: two hours of spam are two factors of two", async () => {
    const m = await single();
    const start = (await now(m)) + 10n;
    let steps = 0;
    for (let seconds = 0n; seconds < 2n * HOUR; seconds += 60n) {
      for (let i = 0n; i < (seconds % HOUR === 3_540n ? 10n : 1n); i++) {
        await submit(m, forecaster(m, 0), { variance: MAX_VARIANCE }, start + seconds + i);
        steps++;
      }
    }
    expect(steps).to.equal(138);
    expect((await kept(m, 0)).variance).to.equal(4n * REFERENCE);
  });

  it("leaves the next window to the truth: whoever brings older forecasts first changes nothing of the last one", async () => {
    const m = await single();
    const account = forecaster(m, 0);
    const start = (await now(m)) + 10n;
    const truth = { variance: 2n * REFERENCE, issuedAt: Number(start) + 30, expiry: Number(start) + 20_000 };
    const signed = [MIN_VARIANCE, MAX_VARIANCE, wad(0.2)].map((variance, i) => ({ variance, issuedAt: Number(start) + i }));
    const snapshot = await m.connection.networkHelpers.takeSnapshot();
    const outcomes = new Set<bigint>();
    for (const chosen of [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
      await snapshot.restore();
      await submit(m, account, {}, start - 5n);
      for (const index of chosen) await submit(m, account, signed[index], start + 40n);
      await submit(m, account, truth, start + 40n);
      outcomes.add((await kept(m, 0)).variance);
    }
    expect([...outcomes]).to.deep.equal([2n * REFERENCE]);
  });

  it("with most of the others moves the answer by a factor of two a window and no faster: there are hours to revoke it", async () => {
    const m = await five();
    const start = (await now(m)) + 10n;
    for (const index of [0, 1, 2, 3, 4]) await submit(m, forecaster(m, index), {}, start);
    for (let hours = 1n; hours <= 4n; hours++) {
      for (const index of [0, 1, 2]) await submit(m, forecaster(m, index), { variance: MAX_VARIANCE }, start + hours * HOUR);
      expect((await answer(m)).variance).to.equal(REFERENCE << hours);
    }
    for (const index of [0, 1, 2]) await authorise(m, forecaster(m, index).address, false);
    await expectRevert(answer(m), "QuorumMissing", [2n, 3n]);
  });
});

describe("a registry of forecasts", () => {
  it("is refused with a quorum, a reference or horizons out of range", async () => {
    const m = await five();
    const deploy = (overrides: Partial<RegistryConfig>) =>
      m.connection.viem.deployContract("ForecastRegistry", [m.manager.address, { ...REGISTRY_CONFIG, ...overrides }]);
    for (const quorum of [0n, 10n]) await expectRevert(deploy({ quorum }), "ConfigOutOfRange", ["quorum", quorum, 1n, 9n]);
    for (const referenceVariance of [0n, MIN_VARIANCE - 1n, MAX_VARIANCE + 1n]) {
      await expectRevert(deploy({ referenceVariance }), "ConfigOutOfRange", [
        "referenceVariance",
        referenceVariance,
        MIN_VARIANCE,
        MAX_VARIANCE,
      ]);
    }
    for (const maxHorizon of [0n, YEAR + 1n]) {
      await expectRevert(deploy({ maxHorizon }), "ConfigOutOfRange", ["maxHorizon", maxHorizon, 1n, YEAR]);
    }
    for (const minHorizon of [0n, REGISTRY_CONFIG.maxHorizon + 1n]) {
      await expectRevert(deploy({ minHorizon }), "ConfigOutOfRange", ["minHorizon", minHorizon, 1n, REGISTRY_CONFIG.maxHorizon]);
    }
    const one = await deploy({ quorum: 9n, referenceVariance: MAX_VARIANCE, minHorizon: YEAR, maxHorizon: YEAR });
    expect(
      await Promise.all([one.read.QUORUM(), one.read.REFERENCE_VARIANCE(), one.read.MIN_HORIZON(), one.read.MAX_HORIZON()]),
    ).to.deep.equal([9n, MAX_VARIANCE, YEAR, YEAR]);
  });

  it("answers with nine forecasters for less than 100 000 gas", async () => {
    const m = await createRegistry((await five()).connection, MAX_FORECASTERS, { quorum: 5n });
    for (const account of m.forecasters) await submit(m, account);
    const meter = await m.connection.viem.deployContract("Meter");
    const data = encodeFunctionData({ abi: m.registry.abi, functionName: "varianceOf", args: [ETH_USD] });
    const { result } = await meter.simulate.measure([m.registry.address, data]);
    expect(Number(result[0])).to.be.lessThan(100_000);
  });
});
