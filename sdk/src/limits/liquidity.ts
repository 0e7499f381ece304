import { fit, max, requireUint256 } from "../math/checks.ts";
import { UNCAPPED, WAD } from "../math/constants.ts";
import { mulDivDown, mulDivDownSaturating } from "../math/fixedPoint.ts";

// Twin: contracts/libraries/limits/LiquidityLimit.sol.

const DAY = 86_400n;

/** Days of the year that variances are quoted for: the variance of a day is the variance over 365. */
const DAYS_PER_YEAR = 365n;

/**
 * What a side's cap leaves to one account: max(0, cap - sameSideOthers).
 *
 * Units: quote WAD. Exact. Formula: the cap is the side's, so splitting a position over accounts gains nothing.
 *
 * @param cap - Open interest the market can absorb on one side, quote WAD, uint256: the smaller of {@link participationLimit} and
 * {@link impactLimit}.
 * @param sameSideOthers - Open interest of the other accounts on the same side, quote WAD, uint256.
 * @returns The notional in quote WAD.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * liquidityLimit(100n, 30n); // 70n
 * ```
 */
export function liquidityLimit(cap: bigint, sameSideOthers: bigint): bigint {
  requireUint256("cap", cap);
  requireUint256("sameSideOthers", sameSideOthers);
  return max(0n, cap - sameSideOthers);
}

/**
 * What leaves in time as a share of the market's volume: ⌊dailyVolume·(participation·unwindTime) / (WAD·DAY)⌋.
 *
 * Units: quote WAD. Rounded down. Formula: participation rate times volume times time.
 *
 * @param dailyVolume - Average daily volume, quote WAD, uint256: a policy number, because volume on chain can be washed up.
 * @param participation - Share of the volume that leaving may be, WAD, uint256.
 * @param unwindTime - Time to leave in, seconds, uint256.
 * @returns The open interest in quote WAD.
 * @throws {MathOverflowError} When participation·unwindTime or the quotient exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * participationLimit(1_000n * WAD, WAD / 10n, 43_200n); // 50000000000000000000n
 * ```
 */
export function participationLimit(dailyVolume: bigint, participation: bigint, unwindTime: bigint): bigint {
  requireUint256("dailyVolume", dailyVolume);
  requireUint256("participation", participation);
  requireUint256("unwindTime", unwindTime);
  return mulDivDown(dailyVolume, fit(participation * unwindTime), WAD * DAY);
}

/**
 * What can be sold at once within a slippage, by the square-root law of market impact,
 * coefficient·σ(day)·√(N / dailyVolume) ≤ maxSlippage: ⌊dailyVolume·(maxSlippage²·365·WAD) / (impactCoefficient²·variance)⌋.
 *
 * Units: quote WAD. Rounded down. Formula: Tóth et al., Anomalous Price Impact and the Critical Nature of Liquidity in Financial
 * Markets, Phys. Rev. X 1 (2011).
 *
 * @param dailyVolume - Average daily volume, quote WAD, uint256.
 * @param maxSlippage - Largest slippage accepted, WAD, uint256.
 * @param impactCoefficient - Coefficient of the law, about 1, WAD, uint256.
 * @param variance - Variance, WAD per year, uint256.
 * @returns The open interest in quote WAD, `UNCAPPED` for a coefficient or variance of 0 and where the quotient does not fit.
 * @throws {MathOverflowError} When one of the factors in parentheses exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * impactLimit(1_000n * WAD, WAD / 100n, WAD, 365n * WAD); // 100000000000000000n
 * ```
 */
export function impactLimit(dailyVolume: bigint, maxSlippage: bigint, impactCoefficient: bigint, variance: bigint): bigint {
  requireUint256("dailyVolume", dailyVolume);
  requireUint256("maxSlippage", maxSlippage);
  requireUint256("impactCoefficient", impactCoefficient);
  requireUint256("variance", variance);
  if (variance === 0n || impactCoefficient === 0n) return UNCAPPED;
  const accepted = fit(maxSlippage * maxSlippage * DAYS_PER_YEAR * WAD);
  return mulDivDownSaturating(dailyVolume, accepted, fit(impactCoefficient * impactCoefficient * variance));
}
