import { fit, min, requireInt, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/KellyLimit.sol.

/**
 * A share of Kelly's stake on a price that drifts: ⌊equity·(fraction·edge) / (variance·WAD)⌋.
 *
 * Units: quote WAD. Rounded down. Formula: drift over variance, Thorp, The Kelly Criterion in Blackjack, Sports Betting and the
 * Stock Market (2006), after Kelly (1956).
 *
 * @param equity - Equity, quote WAD, uint256.
 * @param fraction - Share of the full stake, WAD, uint256.
 * @param edge - Expected return per year above the cost of holding, WAD, int256; none, no position.
 * @param variance - Variance, WAD per year, uint256; none, no cap.
 * @returns The notional in quote WAD.
 * @throws {MathOverflowError} When a factor in parentheses or the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument does not fit its type.
 *
 * @example
 * ```ts
 * kellyLimit(100n * WAD, WAD / 2n, WAD / 10n, WAD / 4n); // 20000000000000000000n
 * ```
 */
export function kellyLimit(equity: bigint, fraction: bigint, edge: bigint, variance: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("fraction", fraction);
  requireInt("edge", edge, 256);
  requireUint256("variance", variance);
  if (edge <= 0n) return 0n;
  if (variance === 0n) return UNCAPPED;
  return mulDivDown(equity, fit(fraction * edge), fit(variance * WAD));
}

/**
 * A share of Kelly's stake on a bet that pays `odds` for one, or nothing:
 * ⌊equity·(fraction·(p·(odds + WAD) - WAD²)) / (odds·WAD²)⌋ with p = min(probability, WAD), 0 without an edge.
 *
 * Units: quote WAD. Rounded down. Formula: Kelly, A New Interpretation of Information Rate (1956).
 *
 * @param equity - Equity, quote WAD, uint256.
 * @param fraction - Share of the full stake, WAD, uint256.
 * @param probability - Probability of winning, WAD, uint256; more than 1 counts as 1.
 * @param odds - Net winnings per unit staked, WAD, uint256.
 * @returns The stake in quote WAD.
 * @throws {MathOverflowError} When a factor in parentheses or the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * kellyLimitBinary(100n * WAD, WAD, (6n * WAD) / 10n, WAD); // 20000000000000000000n
 * ```
 */
export function kellyLimitBinary(equity: bigint, fraction: bigint, probability: bigint, odds: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("fraction", fraction);
  requireUint256("probability", probability);
  requireUint256("odds", odds);
  const edge = fit(min(probability, WAD) * fit(odds + WAD)) - WAD * WAD;
  if (edge <= 0n) return 0n;
  return mulDivDown(equity, fit(fraction * edge), fit(odds * WAD * WAD));
}

/**
 * A share of Kelly's stake on a share of a prediction market that pays 1 or nothing:
 * ⌊equity·(fraction·(p - price)) / ((WAD - price)·WAD)⌋ with p = min(probability, WAD), 0 without an edge.
 *
 * Units: quote WAD. Rounded down. Formula: {@link kellyLimitBinary} with odds (1 - price) / price.
 *
 * @param equity - Equity, quote WAD, uint256.
 * @param fraction - Share of the full stake, WAD, uint256.
 * @param probability - Probability of being paid, WAD, uint256; more than 1 counts as 1.
 * @param price - Price of the share, WAD, uint256.
 * @returns The stake in quote WAD.
 * @throws {MathOverflowError} When a factor in parentheses or the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * kellyLimitMarket(100n * WAD, WAD, (6n * WAD) / 10n, WAD / 2n); // 20000000000000000000n
 * ```
 */
export function kellyLimitMarket(equity: bigint, fraction: bigint, probability: bigint, price: bigint): bigint {
  requireUint256("equity", equity);
  requireUint256("fraction", fraction);
  requireUint256("probability", probability);
  requireUint256("price", price);
  const edge = min(probability, WAD) - price;
  if (edge <= 0n) return 0n;
  return mulDivDown(equity, fit(fraction * edge), (WAD - price) * WAD);
}
