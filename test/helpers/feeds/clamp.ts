import { type GuardedFeed, guardOn } from "../adapters.ts";
import { deploySource, type Source, scaled, strike, write } from "../feedSources.ts";
import { type Connection, now } from "../market.ts";
import { type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

/** The bounds, exclusive, with eight decimals. */
export const [MIN, MAX] = [scaled(1_000, 8), scaled(10_000, 8)];

const deployClamp = (connection: Connection, source: Source) => connection.viem.deployContract("ClampGuard", [source.address, MIN, MAX]);
export type Clamped = GuardedFeed & { readonly source: Source; readonly clamped: Awaited<ReturnType<typeof deployClamp>> };

export async function createClamped(connection: Connection): Promise<Clamped> {
  const source = await deploySource(connection);
  const clamped = await deployClamp(connection, source);
  return { ...(await guardOn(connection, clamped.address)), source, clamped };
}

/** The source writes this answer, now. */
export const push = async (m: Clamped, answer: bigint) => m.source.write.push([answer, await now(m)]);

export const CLAMPED: FeedUnderTest<Clamped> = {
  name: "ClampGuard",
  setting: "Around a Chainlink-shaped feed, with bounds at 1 000 and 10 000.",
  build: createClamped,
  write: (m, price) => write(m, m.source, price),
  failures: [
    ...faultsOf<Clamped>("the feed", (m, fault) => strike(m, m.source, fault)),
    { name: "the feed is stuck at its smallest answer", status: "Invalid", strike: (m) => push(m, MIN) },
    { name: "the feed is stuck at its largest answer", status: "Invalid", strike: (m) => push(m, MAX) },
    { name: "the feed changed its decimals", status: "Invalid", strike: (m) => m.source.write.setDecimals([7]) },
  ],
};
