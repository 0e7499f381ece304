/** Code that answers every call in one way, to be put where a source of prices was. */
import { concatHex, type Hex, numberToHex, size } from "viem";
import type { Connection } from "./market.ts";

/** Copies what stands behind these twelve bytes of code into memory, and ends with RETURN or REVERT. */
function ending(data: Hex, opcode: Hex): Hex {
  return concatHex(["0x61", numberToHex(size(data), { size: 2 }), "0x80600c6000396000", opcode, data]);
}

/** Code that returns these bytes. */
export const answering = (data: Hex): Hex => ending(data, "0xf3");
/** Code that reverts with these bytes. */
export const refusing = (data: Hex): Hex => ending(data, "0xfd");
/** An account without code: a call succeeds, and returns nothing. */
export const NO_CODE: Hex = "0x";
/** Burns all the gas it was given, in no time. */
export const BURNING: Hex = "0xfe";
/** Returns a mebibyte of zeros: what copies all of it pays for it. */
export const FLOODING: Hex = "0x621000006000f3";

/** One word each, two's complement for negative numbers. */
export const words = (...values: readonly bigint[]): Hex =>
  concatHex(values.map((value) => numberToHex(BigInt.asUintN(256, value), { size: 32 })));

/** What any source may come to, whatever it is asked: nothing of it is an answer. */
export const FAULTY_SOURCES: readonly (readonly [name: string, code: Hex])[] = [
  ["reverts without a reason", refusing("0x")],
  ["reverts with a long reason", refusing(words(...Array.from({ length: 64 }, () => 1n)))],
  ["has no code", NO_CODE],
  ["returns one word", answering(words(1n))],
  ["returns a mebibyte of zeros", FLOODING],
  ["returns nothing but ones", answering(words(...Array.from({ length: 16 }, () => -1n)))],
  ["burns its gas", BURNING],
];

export const setCode = (m: { readonly connection: Connection }, address: Hex, code: Hex): Promise<void> =>
  m.connection.networkHelpers.setCode(address, code);
