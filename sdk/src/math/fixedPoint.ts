import { DivisionByZeroError, ExpOverflowError, LnWadUndefinedError } from "../errors/math.ts";
import { fit, min, requireInt, requireUint256 } from "./checks.ts";
import { UNCAPPED } from "./constants.ts";

// Twin: contracts/libraries/FixedPointMath.sol.

/**
 * The quotient ⌊x·y / d⌋ of an exact, 512-bit product.
 *
 * Units: those of `x`·`y`/`d`. Rounded down. Formula: OpenZeppelin's `Math.mulDiv`, panics included.
 *
 * @param x - First factor, uint256.
 * @param y - Second factor, uint256.
 * @param d - Divisor, uint256.
 * @returns The largest integer that is not above the exact quotient.
 * @throws {DivisionByZeroError} When `d` is 0, even for 0·0/0.
 * @throws {MathOverflowError} When the result exceeds 2^256 - 1.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * mulDivDown(7n, 3n, 2n); // 10n
 * ```
 */
export function mulDivDown(x: bigint, y: bigint, d: bigint): bigint {
  requireUint256("x", x);
  requireUint256("y", y);
  requireUint256("d", d);
  if (d === 0n) throw new DivisionByZeroError();
  return fit((x * y) / d);
}

/**
 * The quotient ⌈x·y / d⌉ of an exact, 512-bit product.
 *
 * Units: those of `x`·`y`/`d`. Rounded up. Formula: OpenZeppelin's `Math.mulDiv` with `Rounding.Ceil`.
 *
 * @param x - First factor, uint256.
 * @param y - Second factor, uint256.
 * @param d - Divisor, uint256.
 * @returns The smallest integer that is not below the exact quotient.
 * @throws {DivisionByZeroError} When `d` is 0, even for 0·0/0.
 * @throws {MathOverflowError} When the result exceeds 2^256 - 1, by the rounding included.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * mulDivUp(7n, 3n, 2n); // 11n
 * ```
 */
export function mulDivUp(x: bigint, y: bigint, d: bigint): bigint {
  requireUint256("x", x);
  requireUint256("y", y);
  requireUint256("d", d);
  if (d === 0n) throw new DivisionByZeroError();
  return fit((x * y + d - 1n) / d);
}

/**
 * The quotient ⌊x·y / d⌋, or `UNCAPPED` where that does not fit: an enormous limit does not bind.
 *
 * Units: those of `x`·`y`/`d`. Rounded down.
 *
 * @param x - First factor, uint256.
 * @param y - Second factor, uint256.
 * @param d - Divisor, uint256.
 * @returns The largest integer that is not above the exact quotient, at most 2^256 - 1.
 * @throws {DivisionByZeroError} When `d` is 0.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * mulDivDownSaturating(2n ** 255n, 2n, 1n); // UNCAPPED
 * ```
 */
export function mulDivDownSaturating(x: bigint, y: bigint, d: bigint): bigint {
  requireUint256("x", x);
  requireUint256("y", y);
  requireUint256("d", d);
  if (d === 0n) throw new DivisionByZeroError();
  return min((x * y) / d, UNCAPPED);
}

/**
 * The quotient ⌈x·y / d⌉, or 2^256 - 1 where that does not fit.
 *
 * Units: those of `x`·`y`/`d`. Rounded up.
 *
 * @param x - First factor, uint256.
 * @param y - Second factor, uint256.
 * @param d - Divisor, uint256.
 * @returns The smallest integer that is not below the exact quotient, at most 2^256 - 1.
 * @throws {DivisionByZeroError} When `d` is 0.
 * @throws {ArgumentOutOfRangeError} When an argument is not a uint256.
 *
 * @example
 * ```ts
 * mulDivUpSaturating(7n, 3n, 2n); // 11n
 * ```
 */
export function mulDivUpSaturating(x: bigint, y: bigint, d: bigint): bigint {
  requireUint256("x", x);
  requireUint256("y", y);
  requireUint256("d", d);
  if (d === 0n) throw new DivisionByZeroError();
  return min((x * y + d - 1n) / d, UNCAPPED);
}

/**
 * The integer square root ⌊√x⌋.
 *
 * Units: the root of WAD² is WAD. Rounded down. Formula: Newton's iteration (Heron of Alexandria).
 *
 * @param x - Radicand, uint256.
 * @returns The largest integer whose square is not above `x`.
 * @throws {ArgumentOutOfRangeError} When `x` is not a uint256.
 *
 * @example
 * ```ts
 * sqrtDown(99n); // 9n
 * ```
 */
export function sqrtDown(x: bigint): bigint {
  requireUint256("x", x);
  if (x === 0n) return 0n;
  // The floating-point root is right to 52 bits, so one step doubles that and two reach all 128. A step never lands below
  // ⌊√x⌋, and from above it falls until it is there: the guess decides the speed and never the result.
  const guess = BigInt(Math.floor(Math.sqrt(Number(x))));
  let root = (guess + x / guess) >> 1n;
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/**
 * The integer square root ⌈√x⌉.
 *
 * Units: the root of WAD² is WAD. Rounded up. Formula: {@link sqrtDown}, plus one unless `x` is a square.
 *
 * @param x - Radicand, uint256.
 * @returns The smallest integer whose square is not below `x`.
 * @throws {ArgumentOutOfRangeError} When `x` is not a uint256.
 *
 * @example
 * ```ts
 * sqrtUp(99n); // 10n
 * ```
 */
export function sqrtUp(x: bigint): bigint {
  const root = sqrtDown(x);
  return root * root < x ? root + 1n : root;
}

/**
 * The natural logarithm of a WAD number.
 *
 * Units: WAD in, WAD out. Not directed: the result lies between 1.06 units below and 0.06 units above the exact value.
 * Formula: `lnWad` of Solady (MIT licence), an (8, 8)-term rational approximation by Remco Bloemen, with its constants.
 *
 * @param x - Argument in WAD, int256, above 0.
 * @returns ln(x) in WAD.
 * @throws {LnWadUndefinedError} When `x` is 0 or negative.
 * @throws {ArgumentOutOfRangeError} When `x` is not an int256.
 *
 * @example
 * ```ts
 * lnWad(2n * WAD); // 693147180559945309n
 * ```
 */
export function lnWad(x: bigint): bigint {
  requireInt("x", x, 256);
  if (x <= 0n) throw new LnWadUndefinedError();

  // x = m·2^(log2 - 96) with m in [2^96, 2^97), so that ln(x) = ln(m / 2^96) + log2·ln(2).
  const log2 = bitLength(x) - 1;
  const m = log2 < 96 ? x << BigInt(96 - log2) : x >> BigInt(log2 - 96);

  // BigInt's >> rounds towards minus infinity as the EVM's SAR does, and no step leaves 256 bits.
  let p = ((3273285459638523848632254066296n + m) * m) >> 96n;
  p = ((24828157081833163892658089445524n + p) * m) >> 96n;
  p = (((43456485725739037958740375743393n + p) * m) >> 96n) - 11111509109440967052023855526967n;
  p = ((p * m) >> 96n) - 45023709667254063763336534515857n;
  p = ((p * m) >> 96n) - 14706773417378608786704636184526n;
  p = p * m - (795164235651350426258249787498n << 96n);

  let q = 5573035233440673466300451813936n + m;
  q = 71694874799317883764090561454958n + ((m * q) >> 96n);
  q = 283447036172924575727196451306956n + ((m * q) >> 96n);
  q = 401686690394027663651624208769553n + ((m * q) >> 96n);
  q = 204048457590392012362485061816622n + ((m * q) >> 96n);
  q = 31853899698501571402653359427138n + ((m * q) >> 96n);
  q = 909429971244387300277376558375n + ((m * q) >> 96n);

  // Scale, and put the powers of two and the WAD of the argument back, all in base 5^18·2^192.
  const scaled = 1677202110996718588342820967067443963516166n * (p / q);
  const powers = 16597577552685614221487285958193947469193820559219878177908093499208371n * BigInt(log2 - 96);
  return (600920179829731861736702779321621459595472258049074101567377883020018308n + powers + scaled) >> 174n;
}

/**
 * The exponential of a WAD number.
 *
 * Units: WAD in, WAD out. Not directed: for arguments up to 1 the result lies between 1 unit below and 0.03 units above the
 * exact value, up to 5 within 2 units, beyond within 2 units and 2.5·10^-20 of it. Formula: `expWad` of Solady (MIT licence),
 * a (6, 7)-term rational approximation by Remco Bloemen, with its constants.
 *
 * @param x - Exponent in WAD, int256.
 * @returns exp(x) in WAD; 0 where it is below half a unit.
 * @throws {ExpOverflowError} When the result would exceed 2^255 - 1.
 * @throws {ArgumentOutOfRangeError} When `x` is not an int256.
 *
 * @example
 * ```ts
 * expWad(-WAD); // 367879441171442321n
 * ```
 */
export function expWad(x: bigint): bigint {
  requireInt("x", x, 256);
  if (x <= -41446531673892822313n) return 0n;
  if (x >= 135305999368893231589n) throw new ExpOverflowError();

  // From base 10^18 to base 2^96, then exp(x) = exp(x - k·ln(2))·2^k with k the nearest integer to x / ln(2).
  const base2 = (x << 78n) / 3814697265625n;
  const k = ((base2 << 96n) / 54916777467707473351141471128n + 0x800000000000000000000000n) >> 96n;
  const z = base2 - k * 54916777467707473351141471128n;

  const y = (((z + 1346386616545796478920950773328n) * z) >> 96n) + 57155421227552351082224309758442n;
  let p = y + z - 94201549194550492254356042504812n;
  p = ((p * y) >> 96n) + 28719021644029726153956944680412240n;
  p = p * z + (4385272521454847904659076985693276n << 96n);

  let q = z - 2855989394907223263936484059900n;
  q = ((q * z) >> 96n) + 50020603652535783019961831881945n;
  q = ((q * z) >> 96n) - 533845033583426703283633433725380n;
  q = ((q * z) >> 96n) + 3604857256930695427073651918091429n;
  q = ((q * z) >> 96n) - 14423608567350463180887372962807573n;
  q = ((q * z) >> 96n) + 26449188498355588339934803723976023n;

  // Scale, apply 2^k and go back to base 10^18 in one shift, which is never negative because k is at most 195.
  return ((p / q) * 3822833074963236453042738258902158003155416615667n) >> (195n - k);
}

/** Number of binary digits of a positive integer; hexadecimal is the cheapest exact way to ask a bigint. */
function bitLength(x: bigint): number {
  const digits = x.toString(16);
  return digits.length * 4 + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
}
