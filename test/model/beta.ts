import { fits, fitsSigned, notBelowZero, Refusal, W } from "./bound.ts";

/** Towards ±1 by a share of the way that is left, or towards 0 by a share of the way there; shares rounded down. */
export function away(beta: bigint, shift: bigint): bigint {
  const [size, by] = [beta < 0n ? -beta : beta, shift < 0n ? -shift : shift];
  if (shift >= 0n && size > W) throw new Refusal("MathOverflow");
  const part = fits(by * (shift >= 0n ? W - size : size)) / W;
  const moved = fits(shift >= 0n ? size + part : notBelowZero(size - part));
  const signed = BigInt.asIntN(256, moved);
  return beta < 0n ? fitsSigned(-signed) : signed;
}
