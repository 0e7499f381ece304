import { type GuardedFeed, guardOn, SPACING } from "../adapters.ts";
import { deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, nextBlockAt, now, wad } from "../market.ts";
import { FAULTY_SOURCES, setCode } from "../sourceCode.ts";
import { type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

/** A price with RedStone's eight decimals. */
export const eight = (price: number): bigint => wad(price) / 10n ** 10n;

async function deployRedstone({ viem }: Connection) {
  const redstone = await viem.deployContract("TestRedstone");
  const kept = await viem.deployContract("RedstoneFeed", [redstone.address, SPACING]);
  return { redstone, kept };
}
export type RedstoneFed = GuardedFeed & Awaited<ReturnType<typeof deployRedstone>>;

export async function createRedstone(connection: Connection): Promise<RedstoneFed> {
  const deployed = await deployRedstone(connection);
  return { ...(await guardOn(connection, deployed.kept.address)), ...deployed };
}

/** RedStone writes a price in a block at this time, of data made then. */
export async function writeAt(m: RedstoneFed, price: number, time: bigint): Promise<void> {
  await nextBlockAt(m, time);
  await m.redstone.write.update([eight(price), time * 1_000n]);
}

export const REDSTONE: FeedUnderTest<RedstoneFed> = {
  name: "RedstoneFeed",
  setting: "On a feed that accepts and answers as RedStone's push feeds without rounds do, recorded every half hour.",
  build: createRedstone,
  write: async (m, price) => {
    await writeAt(m, price, (await now(m)) + 5n);
    await m.kept.write.record();
  },
  failures: FAULTY_SOURCES.map(([name, code]) => ({
    name: `RedStone ${name}`,
    status: "Invalid",
    strike: (m) => setCode(m, m.redstone.address, code),
  })),
};

const deployPush = (connection: Connection, source: Source) => connection.viem.deployContract("RedstoneFeed", [source.address, SPACING]);
export type PushFed = GuardedFeed & { readonly source: Source; readonly kept: Awaited<ReturnType<typeof deployPush>> };

export async function createPush(connection: Connection): Promise<PushFed> {
  const source = await deploySource(connection);
  const kept = await deployPush(connection, source);
  return { ...(await guardOn(connection, kept.address)), source, kept };
}

/** The common faults, on a source that knows them all. */
export const PUSHED: FeedUnderTest<PushFed> = {
  name: "RedstoneFeed on a source with every fault",
  setting: "The same contract on a Chainlink-shaped source, whose own history it does not use.",
  build: createPush,
  write: async (m, price) => {
    await write(m, m.source, price);
    await m.kept.write.record();
  },
  failures: [
    ...faultsOf<PushFed>("the source", (m, fault) => strike(m, m.source, fault)),
    ...[7, 9, 37].map((decimals) => ({
      name: `the source has ${decimals} decimals`,
      status: "Invalid" as const,
      strike: (m: PushFed) => m.source.write.setDecimals([decimals]),
    })),
  ],
};
