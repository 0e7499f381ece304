import type { Hex } from "viem";
import { type GuardedFeed, guardOn, SPACING } from "../adapters.ts";
import { type Connection, goTo, now } from "../market.ts";
import { answering, FAULTY_SOURCES, setCode, words } from "../sourceCode.ts";
import type { Failure, FeedUnderTest } from "./feedUnderTest.ts";

export const ETH_ID: Hex = `0x${"e7".repeat(32)}`;
/** Wei for each update. */
export const FEE = 7n;
/** Half a percent. */
export const MAX_CONFIDENCE = 5n * 10n ** 15n;
export const INT64_MAX = 2n ** 63n - 1n;
export const UINT64_MAX = 2n ** 64n - 1n;

async function deployPyth({ viem }: Connection, fee: bigint) {
  const pyth = await viem.deployContract("TestPyth", [fee]);
  const kept = await viem.deployContract("PythFeed", [pyth.address, ETH_ID, MAX_CONFIDENCE, SPACING]);
  return { pyth, kept };
}
export type PythFed = GuardedFeed & Awaited<ReturnType<typeof deployPyth>>;

export async function createPyth(connection: Connection, fee = FEE): Promise<PythFed> {
  const deployed = await deployPyth(connection, fee);
  return { ...(await guardOn(connection, deployed.kept.address, { feedDecimals: 18n })), ...deployed };
}

export interface Update {
  readonly id?: Hex;
  readonly price?: bigint;
  readonly conf?: bigint;
  readonly expo?: number;
  /** Default: now. */
  readonly time?: bigint;
}

type Sourced = Pick<PythFed, "connection" | "publicClient" | "pyth">;

/** An update as Pyth would sign it: 2 000.00 ± 1.00 unless said otherwise. */
export async function signed(
  m: Sourced,
  { id = ETH_ID, price = 2_000_00000000n, conf = 1_00000000n, expo = -8, time }: Update = {},
): Promise<Hex> {
  const publishTime = time ?? (await now(m));
  return m.pyth.read.createPriceFeedUpdateData([id, price, conf, expo, price, conf, publishTime, 0n]);
}

/** Anyone brings an update to Pyth, and nobody records it. */
export async function bring(m: Sourced, update: Update = {}): Promise<Hex> {
  const data = [await signed(m, update)];
  return m.pyth.write.updatePriceFeeds([data], { value: await m.pyth.read.getUpdateFee([data]) });
}

/** Anyone brings an update through the feed, which records it. */
export const updateAndRecord = async (m: PythFed, update: Update = {}, value = FEE): Promise<Hex> =>
  m.kept.write.updateAndRecord([[await signed(m, update)]], { value });

/** Updates that are no price, brought at this time. */
const BAD_UPDATES: Readonly<Record<string, (time: bigint) => Update>> = {
  "brings a price of zero": (time) => ({ price: 0n, time }),
  "brings a negative price": (time) => ({ price: -2_000_00000000n, time }),
  "brings a price of a time to come": (time) => ({ time: time + 1_000n }),
  "doubts the price by more than the bound": (time) => ({ conf: 10_00000001n, time }),
  "doubts the price as much as can be": (time) => ({ conf: UINT64_MAX, time }),
  "brings an exponent below 18 decimals": (time) => ({ expo: -19, time }),
  "brings a positive exponent": (time) => ({ price: 2n, conf: 0n, expo: 3, time }),
};

/** The four words of a good answer. */
export const goodAnswer = (time: bigint): readonly bigint[] => [2_000_00000000n, 0n, -8n, time];
const MALFORMED: Readonly<Record<string, (time: bigint) => readonly bigint[]>> = {
  "returns one word too few": (time) => goodAnswer(time).slice(0, 3),
  "returns a price beyond its type": (time) => goodAnswer(time).with(0, INT64_MAX + 1n),
  "returns a doubt beyond its type": (time) => goodAnswer(time).with(1, UINT64_MAX + 1n),
  "returns an exponent beyond its type": (time) => goodAnswer(time).with(2, 2n ** 255n),
  "returns no time": (time) => goodAnswer(time).with(3, 0n),
};

/** Some seconds later Pyth has this update. */
async function bringLater(m: PythFed, update: (time: bigint) => Update): Promise<void> {
  await goTo(m, (await now(m)) + 10n);
  await bring(m, update(await now(m)));
}

const failure = (name: string, strike: Failure<PythFed>["strike"]): Failure<PythFed> => ({
  name: `Pyth ${name}`,
  status: "Invalid",
  strike,
});

export const PYTH: FeedUnderTest<PythFed> = {
  name: "PythFeed",
  setting: "On Pyth's own test double, with a confidence of at most half a percent, recorded every half hour.",
  build: (connection) => createPyth(connection),
  write: (m, price) => updateAndRecord(m, { price: BigInt(Math.round(price * 1e8)) }),
  failures: [
    ...Object.entries(BAD_UPDATES).map(([name, update]) => failure(name, (m) => bringLater(m, update))),
    {
      name: "Pyth changes its exponent, at 5 % less",
      status: "Valid",
      strike: (m) => bringLater(m, (time) => ({ price: 1_900_00000n, conf: 0n, expo: -5, time })),
      price: 1_900,
    },
    ...FAULTY_SOURCES.map(([name, code]) => failure(name, (m) => setCode(m, m.pyth.address, code))),
    ...Object.entries(MALFORMED).map(([name, answer]) =>
      failure(name, async (m) => setCode(m, m.pyth.address, answering(words(...answer(await now(m)))))),
    ),
  ],
};
