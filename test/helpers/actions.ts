/** What an account may ask of a guard, by whether it needs a price. */
import { type PositionStruct, wad } from "./market.ts";

/** The position these start from, in base. */
export const SIZE = wad(10);

/** What kind of action one is to whoever asks for it. A guard is told positions, and derives the kind itself. */
export type Kind = "increase" | "flip" | "withdraw" | "reduce" | "deposit" | "leave flat";

/** An action, how its position differs from an account's with plenty of equity, and its kind. */
export type Action = readonly [name: string, overrides: Partial<PositionStruct>, kind: Kind];

/** What must pass whatever the feed does. */
export const LEAVING: readonly Action[] = [
  ["reduces a long", { sizeBefore: SIZE, sizeAfter: SIZE - 1n }, "reduce"],
  ["reduces a short", { sizeBefore: -SIZE, sizeAfter: 1n - SIZE }, "reduce"],
  ["closes a long", { sizeBefore: SIZE }, "reduce"],
  ["closes a short and takes everything out", { sizeBefore: -SIZE, flow: -wad(10_000), equity: 0n }, "leave flat"],
  ["adds collateral", { sizeBefore: SIZE, sizeAfter: SIZE, flow: wad(1) }, "deposit"],
  ["does nothing", { sizeBefore: SIZE, sizeAfter: SIZE }, "deposit"],
  ["withdraws when flat", { flow: -wad(10_000) }, "leave flat"],
  ["reduces while bankrupt", { sizeBefore: SIZE, sizeAfter: SIZE / 2n, equity: -wad(10_000) }, "reduce"],
];

/** What needs a price. */
export const RISKING: readonly Action[] = [
  ["opens 1 wei", { sizeAfter: 1n }, "increase"],
  ["increases by 1 wei", { sizeBefore: SIZE, sizeAfter: SIZE + 1n }, "increase"],
  ["increases by 1 wei with more collateral", { sizeBefore: -SIZE, sizeAfter: -SIZE - 1n, flow: wad(1_000_000) }, "increase"],
  ["flips to 1 wei", { sizeBefore: SIZE, sizeAfter: -1n }, "flip"],
  ["withdraws 1 wei from a position", { sizeBefore: SIZE, sizeAfter: SIZE, flow: -1n }, "withdraw"],
  ["reduces and withdraws", { sizeBefore: SIZE, sizeAfter: SIZE / 2n, flow: -1n }, "withdraw"],
];

/** What a protocol records of somebody else's position, whatever the feed does. */
export const RECORDED: readonly (readonly [name: string, overrides: Partial<PositionStruct>])[] = [
  ["liquidates a long", { sizeBefore: SIZE, equity: -wad(10_000) }],
  ["liquidates a part of a short", { sizeBefore: -SIZE, sizeAfter: -SIZE / 2n, equity: 1n }],
  ["takes all that is left with the position", { sizeBefore: SIZE, flow: -wad(10_000), equity: 0n }],
];
