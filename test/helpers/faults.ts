/** What a bad feed does, and what a guard calls it. */
import { type Hex, toFunctionSelector } from "viem";
import type { FeedFault } from "../../sdk/src/index.ts";

/** Faults of `TestFeed`, in the order of its enum. */
export const FAULTS = [
  "None",
  "Reverts",
  "ReturnsNothing",
  "ReturnsShort",
  "ReturnsHuge",
  "BurnsGas",
  "ZeroAnswer",
  "NegativeAnswer",
  "HugeAnswer",
  "ZeroTime",
  "FutureTime",
  "UnansweredRound",
  "HugeRoundId",
  "SequencerIsDown",
  "Deviates",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a guard calls a feed with that fault. */
export function statusOf(fault: Fault): FeedFault {
  if (fault === "SequencerIsDown") return "SequencerDown";
  return fault === "Deviates" ? "Deviating" : "Invalid";
}

const NAMED: Readonly<Record<Hex, FeedFault>> = {
  [toFunctionSelector("SequencerDown(uint256)")]: "SequencerDown",
  [toFunctionSelector("SourcesDeviate(uint256)")]: "Deviating",
};

/** What a feed's error says of it. */
export const faultOf = (revertData: Hex): FeedFault => NAMED[revertData.slice(0, 10) as Hex] ?? "Invalid";
