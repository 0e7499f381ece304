import { type GuardedFeed, guardOn } from "../adapters.ts";
import { BAD_FAULTS, type Fault, PHRASES } from "../faults.ts";
import { deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, now } from "../market.ts";
import { type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

/** Seconds. */
export const GRACE = 3_600n;
export const [UP, DOWN] = [0n, 1n];

/** Faults with which a feed of zeros and ones still says that it is up. */
const HARMLESS: readonly Fault[] = ["ZeroAnswer", "NegativeAnswer", "UnansweredRound"];
export const UPTIME_FAULTS = BAD_FAULTS.filter((fault) => !HARMLESS.includes(fault));

const deployGuard = (connection: Connection, source: Source, uptime: Source) =>
  connection.viem.deployContract("SequencerGuard", [source.address, uptime.address, GRACE]);
export type Sequenced = GuardedFeed & {
  readonly source: Source;
  readonly uptime: Source;
  readonly sequenced: Awaited<ReturnType<typeof deployGuard>>;
};

/** The sequencer came up long ago. */
export async function createSequenced(connection: Connection): Promise<Sequenced> {
  const [source, uptime] = [await deploySource(connection), await deploySource(connection, 0)];
  const sequenced = await deployGuard(connection, source, uptime);
  await uptime.write.push([UP, BigInt(await connection.networkHelpers.time.latest()) - 100_000n]);
  return { ...(await guardOn(connection, sequenced.address)), source, uptime, sequenced };
}

/** The sequencer goes down, or comes up. */
export const turn = async (m: Sequenced, state: bigint, since?: bigint) => m.uptime.write.push([state, since ?? (await now(m))]);

export const SEQUENCED: FeedUnderTest<Sequenced> = {
  name: "SequencerGuard",
  setting: "Around a Chainlink-shaped feed, with an uptime feed that said up long ago, and an hour of grace.",
  build: createSequenced,
  write: (m, price) => write(m, m.source, price),
  failures: [
    ...faultsOf<Sequenced>("the feed", (m, fault) => strike(m, m.source, fault)),
    { name: "the feed changed its decimals", status: "Invalid", strike: (m) => m.source.write.setDecimals([9]) },
    ...BAD_FAULTS.map((fault) => ({
      name: `the uptime feed ${PHRASES[fault]}`,
      status: HARMLESS.includes(fault) ? ("Valid" as const) : ("SequencerDown" as const),
      strike: (m: Sequenced) => strike(m, m.uptime, fault),
    })),
    { name: "the sequencer is down", status: "SequencerDown", strike: (m) => turn(m, DOWN) },
    { name: "the sequencer just came up", status: "SequencerDown", strike: (m) => turn(m, UP) },
    {
      name: "the sequencer came up an hour and a second ago",
      status: "Valid",
      strike: async (m) => turn(m, UP, (await now(m)) - GRACE - 1n),
    },
  ],
};
