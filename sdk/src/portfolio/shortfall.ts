import { DivisionByZeroError, MathOverflowError } from "../errors/math.ts";
import { requireInt, requireUint256 } from "../math/checks.ts";
import { divCeil, fitInt } from "../math/signed.ts";

// Twin: contracts/libraries/PortfolioMath.sol.

/**
 * Mean of the `n` largest losses: ⌈Σ / n⌉.
 *
 * Units: quote WAD. Rounded up. Formula: Acerbi and Tasche, On the Coherence of Expected Shortfall (2002).
 *
 * @param losses - Losses, negative for profits, quote WAD, int256.
 * @param n - How many of them, uint256.
 * @returns The mean in quote WAD.
 * @throws {DivisionByZeroError} When `n` is 0.
 * @throws {MathOverflowError} When `n` is more than there are, or the sum does not fit int256.
 * @throws {ArgumentOutOfRangeError} When a number does not fit its type.
 *
 * @example
 * ```ts
 * expectedShortfall([5n, -1n, 8n], 2n); // 7n
 * ```
 */
export function expectedShortfall(losses: readonly bigint[], n: bigint): bigint {
  for (const [index, loss] of losses.entries()) requireInt(`losses[${index}]`, loss, 256);
  requireUint256("n", n);
  if (n > BigInt(losses.length)) throw new MathOverflowError();
  if (n === 0n) throw new DivisionByZeroError();
  const largestFirst = [...losses].sort((x, y) => (x < y ? 1 : x > y ? -1 : 0));
  const sum = largestFirst.slice(0, Number(n)).reduce((total, loss) => fitInt(total + loss), 0n);
  return divCeil(sum, n);
}
