import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

export interface FeedParameters {
  readonly decimals: number;
  readonly firstRoundId: bigint;
  /** In the feed's decimals. */
  readonly answer: bigint;
  /** Unix seconds; must not change when a deployment is resumed. */
  readonly updatedAt: bigint;
}

/** A feed anyone may write, with a first round: for local chains only. */
export const feedModule = ({ decimals, firstRoundId, answer, updatedAt }: FeedParameters) =>
  buildModule("Feed", (m) => {
    const feed = m.contract("TestFeed", [decimals, firstRoundId]);
    m.call(feed, "push", [answer, updatedAt]);
    return { TestFeed: feed };
  });
