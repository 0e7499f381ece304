/** What an account may ask of a guard, by whether it needs a price. */
import { type PositionStruct, wad } from "./market.ts";

/** The position these start from, in base. */
export const SIZE = wad(10);

/** What must pass whatever the feed does. */
export const LEAVING: readonly [string, Partial<PositionStruct>][] = [
  ["reduces a long", { sizeBefore: SIZE, sizeAfter: SIZE - 1n }],
  ["reduces a short", { sizeBefore: -SIZE, sizeAfter: 1n - SIZE }],
  ["closes a long", { sizeBefore: SIZE }],
  ["closes a short and takes everything out", { sizeBefore: -SIZE, flow: -wad(10_000), equity: 0n }],
  ["adds collateral", { sizeBefore: SIZE, sizeAfter: SIZE, flow: wad(1) }],
  ["does nothing", { sizeBefore: SIZE, sizeAfter: SIZE }],
  ["withdraws when flat", { flow: -wad(10_000) }],
  ["reduces while bankrupt", { sizeBefore: SIZE, sizeAfter: SIZE / 2n, equity: -wad(10_000) }],
];

/** What needs a price. */
export const RISKING: readonly [string, Partial<PositionStruct>][] = [
  ["opens 1 wei", { sizeAfter: 1n }],
  ["increases by 1 wei", { sizeBefore: SIZE, sizeAfter: SIZE + 1n }],
  ["increases by 1 wei with more collateral", { sizeBefore: -SIZE, sizeAfter: -SIZE - 1n, flow: wad(1_000_000) }],
  ["flips to 1 wei", { sizeBefore: SIZE, sizeAfter: -1n }],
  ["withdraws 1 wei from a position", { sizeBefore: SIZE, sizeAfter: SIZE, flow: -1n }],
  ["reduces and withdraws", { sizeBefore: SIZE, sizeAfter: SIZE / 2n, flow: -1n }],
];
