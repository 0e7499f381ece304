import { type GuardedFeed, guardOn } from "../adapters.ts";
import type { Fault } from "../faults.ts";
import { configOf, deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, goTo, now, START_PRICE } from "../market.ts";
import { type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

/** How far apart the sources may be: WAD ratio of the smaller price. */
export const BAND = 2n * 10n ** 16n;
/** Seconds. */
export const HEARTBEATS = { primary: 3_900, secondary: 7_200 };

const deployFallback = (connection: Connection, primary: Source, secondary: Source) =>
  connection.viem.deployContract("FallbackFeed", [
    configOf(primary, HEARTBEATS.primary),
    configOf(secondary, HEARTBEATS.secondary),
    8,
    BAND,
  ]);
export type Fallback = GuardedFeed & {
  readonly primary: Source;
  readonly secondary: Source;
  readonly fallback: Awaited<ReturnType<typeof deployFallback>>;
};

export async function createFallback(connection: Connection): Promise<Fallback> {
  const [primary, secondary] = [await deploySource(connection, 8), await deploySource(connection, 18)];
  const fallback = await deployFallback(connection, primary, secondary);
  return { ...(await guardOn(connection, fallback.address)), primary, secondary, fallback };
}

export async function writeBoth(m: Fallback, price: number, time?: bigint): Promise<void> {
  const when = time ?? (await now(m));
  for (const source of [m.primary, m.secondary]) await write(m, source, price, when);
}

/** Time goes on without a round, until a source's last one is too old; the other one writes. */
async function outlive(m: Fallback, heartbeat: number, writer: Source): Promise<void> {
  await goTo(m, (await now(m)) + BigInt(heartbeat) + 1n);
  await write(m, writer, START_PRICE);
}

/** The largest answer there is remains one where the decimals leave it room: it deviates. */
const ofOne = (fault: Fault) => (fault === "HugeAnswer" ? "Deviating" : "Valid");
const ofBoth = (fault: Fault) => (fault === "HugeAnswer" ? "Deviating" : "Invalid");

export const FALLBACK: FeedUnderTest<Fallback> = {
  name: "FallbackFeed",
  setting: "A primary of 8 decimals and a secondary of 18, heartbeats of 3 900 s and 7 200 s, a band of 2 %, 100 000 gas for each.",
  build: createFallback,
  write: writeBoth,
  failures: [
    ...faultsOf<Fallback>("the primary", (m, fault) => strike(m, m.primary, fault), ofOne),
    ...faultsOf<Fallback>("the secondary", (m, fault) => strike(m, m.secondary, fault), ofOne),
    ...faultsOf<Fallback>(
      "each of both",
      async (m, fault) => {
        await strike(m, m.primary, fault);
        await strike(m, m.secondary, fault);
      },
      ofBoth,
    ),
    { name: "the primary's price is too old", status: "Valid", strike: (m) => outlive(m, HEARTBEATS.primary, m.secondary) },
    { name: "the secondary's price is too old", status: "Valid", strike: (m) => outlive(m, HEARTBEATS.secondary, m.primary) },
    {
      name: "both prices are too old",
      status: "Invalid",
      strike: async (m) => goTo(m, (await now(m)) + BigInt(HEARTBEATS.secondary) + 1n),
    },
    { name: "the primary changed its decimals", status: "Valid", strike: (m) => m.primary.write.setDecimals([9]) },
    {
      name: "both sources changed their decimals",
      status: "Invalid",
      strike: async (m) => {
        await m.primary.write.setDecimals([9]);
        await m.secondary.write.setDecimals([17]);
      },
    },
    { name: "the sources are 3 % apart", status: "Deviating", strike: (m) => write(m, m.secondary, START_PRICE * 1.03) },
    { name: "the sources are 1.9 % apart", status: "Valid", strike: (m) => write(m, m.secondary, START_PRICE * 1.019) },
    {
      name: "the primary is in a phase whose ids say secondary",
      status: "Valid",
      strike: async (m) => {
        await m.primary.write.startPhase([0x8000]);
        await write(m, m.primary, START_PRICE);
      },
    },
  ],
};
