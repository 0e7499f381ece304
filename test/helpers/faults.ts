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

/** Every way in which a feed can fail. */
export const BAD_FAULTS: readonly Fault[] = FAULTS.filter((fault) => fault !== "None");

/** What such a feed does, after its name. */
export const PHRASES: Readonly<Record<Fault, string>> = {
  None: "is well",
  Reverts: "reverts",
  ReturnsNothing: "returns nothing",
  ReturnsShort: "returns four words of five",
  ReturnsHuge: "returns 64 kB",
  BurnsGas: "burns the gas it gets",
  ZeroAnswer: "answers 0",
  NegativeAnswer: "answers a negative price",
  HugeAnswer: "answers 2^255 − 1",
  ZeroTime: "says no time",
  FutureTime: "says a time to come",
  UnansweredRound: "answers with an earlier round's answer",
  HugeRoundId: "returns nothing but ones",
  SequencerIsDown: "reverts with `SequencerDown`",
  Deviates: "reverts with `SourcesDeviate`",
};

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
