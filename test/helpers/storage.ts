/** Where a contract keeps what no history here would lead to. */
import { encodeAbiParameters, type Hex, keccak256 } from "viem";

/** 32 bytes of a word. */
export const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

/** Where a mapping that lies at `mapping` keeps the value of a key. */
export function slotOf(key: Hex, mapping: bigint): bigint {
  return BigInt(keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }], [key, mapping])));
}
