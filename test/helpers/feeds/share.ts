import type { Hex } from "viem";
import { type GuardedFeed, guardOn, SPACING } from "../adapters.ts";
import { deploySource, type Source, strike, write } from "../feedSources.ts";
import { type Connection, START_PRICE } from "../market.ts";
import { setCode } from "../sourceCode.ts";
import { type FeedUnderTest, faultsOf } from "./feedUnderTest.ts";

const WAD = 10n ** 18n;
const DAY = 86_400n;

export const SHAPE = {
  assetDecimals: 18,
  /** Decimals a share has more than the asset. */
  offset: 0,
  feedDecimals: 8,
  decimals: 8,
  growth: WAD / 10n,
  snapshotAge: 10n * DAY,
};

/** OpenZeppelin's vault with a thousand assets in it, and its shares' price. */
export async function createShare(connection: Connection, overrides: Partial<typeof SHAPE> = {}) {
  const shape = { ...SHAPE, ...overrides };
  const { viem } = connection;
  const [deployer] = await viem.getWalletClients();
  if (deployer === undefined) throw new Error("the network has no account");
  const token = await viem.deployContract("TestToken", ["Asset", "A", shape.assetDecimals]);
  const vault = await viem.deployContract("TestVault", [token.address, shape.offset]);
  const [oneAsset, oneShare] = [10n ** BigInt(shape.assetDecimals), 10n ** BigInt(shape.assetDecimals + shape.offset)];
  await token.write.mint([deployer.account.address, 1_000n * oneAsset]);
  await token.write.approve([vault.address, 1_000n * oneAsset]);
  await vault.write.deposit([1_000n * oneAsset, deployer.account.address]);
  const asset: Source = await deploySource(connection, shape.feedDecimals);
  const snapshotRatio = await vault.read.convertToAssets([oneShare]);
  const snapshotTime = BigInt(await connection.networkHelpers.time.latest()) - shape.snapshotAge;
  const config = {
    vault: vault.address,
    assetFeed: asset.address,
    decimals: shape.decimals,
    minSpacing: SPACING,
    snapshotRatio,
    snapshotTime,
    maxYearlyGrowth: shape.growth,
  };
  const share = await viem.deployContract("ShareFeed", [config]);
  const guarded: GuardedFeed = await guardOn(connection, share.address, { feedDecimals: BigInt(shape.decimals) });
  return { ...guarded, shape, token, vault, asset, share, config, oneAsset, oneShare };
}
export type Share = Awaited<ReturnType<typeof createShare>>;

export const donate = (m: Share, assets: bigint) => m.token.write.mint([m.vault.address, assets]);
export const lose = (m: Share, assets: bigint) => m.vault.write.lose([assets]);

/** What may be at a vault's address instead of it, all of it no worth of a share. */
const BROKEN_VAULTS: readonly (readonly [name: string, code: Hex])[] = [
  ["reverts", "0x5f5ffd"],
  ["is gone", "0x"],
  ["burns the gas it gets", "0xfe"],
  ["says that a share is worth nothing", "0x60205ff3"],
  ["answers too little", "0x601f5ff3"],
  ["answers with 64 kB of zeros", "0x620100005ff3"],
];

/** What the line lets a share be worth after ten days and the day of the table's warm-up at ten per cent a year. */
const LINE = START_PRICE * (1 + (0.1 * 11) / 365);

export const SHARE: FeedUnderTest<Share> = {
  name: "ShareFeed",
  setting:
    "A vault with a thousand assets, on a Chainlink-shaped feed of the asset's price; a share may grow by 10 % a year from ten days ago.",
  build: (connection) => createShare(connection),
  write: async (m, price) => {
    await write(m, m.asset, price);
    await m.share.write.record();
  },
  failures: [
    ...faultsOf<Share>("the asset's feed", (m, fault) => strike(m, m.asset, fault)),
    { name: "the asset's feed changed its decimals", status: "Invalid", strike: (m) => m.asset.write.setDecimals([9]) },
    ...BROKEN_VAULTS.map(([name, code]) => ({
      name: `the vault ${name}`,
      status: "Invalid" as const,
      strike: (m: Share) => setCode(m, m.vault.address, code),
    })),
    {
      name: "a donation of ten times the vault",
      status: "Valid",
      strike: (m) => donate(m, 10_000n * m.oneAsset),
      price: LINE,
    },
    { name: "the vault loses half", status: "Valid", strike: (m) => lose(m, 500n * m.oneAsset), price: START_PRICE / 2 },
  ],
};
