import { requireInt } from "../math/checks.ts";
import { WAD } from "../math/constants.ts";
import { divFloor, fitInt } from "../math/signed.ts";

// Twin: contracts/libraries/PortfolioMath.sol.

/**
 * Profit of a position by its Greeks: ⌊(2·delta·move·WAD + gamma·move² + 2·vega·volMove·WAD) / (2·WAD²)⌋.
 *
 * Units: quote WAD. Rounded towards minus infinity. Formula: Taylor's expansion to the second order.
 *
 * @param delta - ∂V/∂S·S, quote WAD, int256.
 * @param gamma - ∂²V/∂S²·S², quote WAD, int256.
 * @param vega - Per 1.00 of volatility, quote WAD, int256.
 * @param move - Move of the price, WAD, int256.
 * @param volMove - Move of the volatility, WAD, int256.
 * @returns The profit, negative for a loss, in quote WAD.
 * @throws {MathOverflowError} When a product or the sum does not fit int256.
 * @throws {ArgumentOutOfRangeError} When an argument is not an int256.
 *
 * @example
 * ```ts
 * greeksPnl(100n * WAD, -50n * WAD, 0n, WAD / 10n, 0n); // 9750000000000000000n
 * ```
 */
export function greeksPnl(delta: bigint, gamma: bigint, vega: bigint, move: bigint, volMove: bigint): bigint {
  requireInt("delta", delta, 256);
  requireInt("gamma", gamma, 256);
  requireInt("vega", vega, 256);
  requireInt("move", move, 256);
  requireInt("volMove", volMove, 256);
  const first = fitInt(fitInt(fitInt(2n * delta) * move) * WAD);
  const second = fitInt(fitInt(gamma * move) * move);
  const volatility = fitInt(fitInt(fitInt(2n * vega) * volMove) * WAD);
  return divFloor(fitInt(fitInt(first + second) + volatility), 2n * WAD * WAD);
}
