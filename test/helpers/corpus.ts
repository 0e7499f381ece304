/**
 * Seeded test inputs. Uniformly random 256-bit integers meet neither small numbers nor edges, so a corpus mixes products of
 * boundary values, log-uniform values, plausible values, and plausible values with a few arguments moved to a boundary.
 */

const WAD = 10n ** 18n;
const YEAR = 31_536_000n;

/** A Solidity integer type. */
export interface IntegerType {
  readonly min: bigint;
  readonly max: bigint;
}

export type Arguments = readonly bigint[];

/** What a corpus knows about one function beyond the types of its arguments. */
export interface Domain {
  /** Plausible arguments, for which the function mostly returns. */
  readonly plausible: (random: Random) => Arguments;
  /** Numbers around which this function behaves differently; their neighbours are added. */
  readonly thresholds?: readonly bigint[];
  /** Whole cases that chance would not find. */
  readonly examples?: readonly Arguments[];
  /** Arguments that mean something only together: besides the examples all cases are plausible ones. */
  readonly hangsTogether?: boolean;
}

/** Seed of all corpora of a run: `SEED` from the environment, or always the same. */
export const SEED: number = environmentInteger("SEED", 20_200_312);

/** Cases for each function: `DIFFERENTIAL_CASES` from the environment, or 20 000. */
export const CASES: number = environmentInteger("DIFFERENTIAL_CASES", 20_000);

/** Cases for each function against the model in test/model, which is slower: the same variable, or 5 000. */
export const MODEL_CASES: number = environmentInteger("DIFFERENTIAL_CASES", 5_000);

function environmentInteger(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is "${text}": set it to a non-negative integer.`);
  return value;
}

/** Static types of the ABI that are unsigned integers by another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = { address: "uint160", bytes32: "uint256", bool: "uint1" };

/** The range of `uintN` or `intN`, or of another static type as the integer its word is. */
export function integerType(name: string): IntegerType {
  const [, unsigned, digits] = /^(u?)int(\d+)$/.exec(OTHER_NAMES[name] ?? name) ?? [];
  if (digits === undefined) throw new Error(`${name} is not an integer type`);
  const span = 2n ** BigInt(digits);
  return unsigned === "u" ? { min: 0n, max: span - 1n } : { min: -span / 2n, max: span / 2n - 1n };
}

/** A reproducible source of numbers: sfc32 (Chris Doty-Humphrey's small fast counting generator). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Another label gives an independent stream of the same seed, so functions do not disturb each other's cases. */
  constructor(seed: number, label: string) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = hash(label);
    for (let i = 0; i < 16; i++) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to below `count`. */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  /** An integer of at most `count` bits, uniform. */
  bits(count: number): bigint {
    let value = 0n;
    for (let have = 0; have < count; have += 32) value = (value << 32n) | BigInt(this.next());
    return BigInt.asUintN(count, value);
  }

  /** Uniform between two bounds, both included. */
  between(min: bigint, max: bigint): bigint {
    // 64 bits more than the span leave no bias worth speaking of.
    const span = max - min + 1n;
    return min + (this.bits(bitLength(span) + 64) % span);
  }

  /** Between two bounds from 0 up, both included: each order of magnitude as likely as the others. */
  logBetween(min: bigint, max: bigint): bigint {
    const bits = Number(this.between(BigInt(bitLength(min)), BigInt(bitLength(max))));
    const value = bits === 0 ? 0n : (1n << BigInt(bits - 1)) | this.bits(bits - 1);
    return value < min ? min : value > max ? max : value;
  }

  /** A value of an integer type, log-uniform in size and of either sign. */
  logUniform({ min, max }: IntegerType): bigint {
    return min < 0n && this.oneIn(2) ? -1n - this.logBetween(0n, -1n - min) : this.logBetween(0n, max);
  }
}

/**
 * A function's cases, deterministic in seed and label: `count` of them, the examples first.
 *
 * @param label - Name of the function.
 * @param types - Types of its arguments.
 */
export function* corpus(label: string, types: readonly IntegerType[], domain: Domain, count: number, seed: number): Generator<Arguments> {
  const random = new Random(seed, label);
  const boundaries = types.map((type) => boundariesOf(type, domain.thresholds ?? []));
  const plausible = (): Arguments => domain.plausible(random);
  // Plausible cases come up twice as often as the others: they are where the function is used.
  const anywhere = [
    plausible,
    plausible,
    () => boundaries.map((values) => random.pick(values)),
    () => types.map((type) => random.logUniform(type)),
    () => moveToBoundaries(plausible(), boundaries, random),
  ];
  const generators = domain.hangsTogether ? [plausible] : anywhere;
  let produced = 0;
  for (const example of firstCases(boundaries, domain, count)) {
    if (produced++ >= count) return;
    yield example;
  }
  for (; produced < count; produced++) yield random.pick(generators)();
}

/** The hand-written examples and, where it is small enough, the complete product of all boundaries. */
function* firstCases(boundaries: readonly Arguments[], domain: Domain, count: number): Generator<Arguments> {
  yield* domain.examples ?? [];
  if (domain.hangsTogether) return;
  const size = boundaries.reduce((product, values) => product * values.length, 1);
  if (size <= count / 4) yield* product(boundaries);
}

function* product([first, ...rest]: readonly Arguments[]): Generator<Arguments> {
  if (first === undefined) {
    yield [];
    return;
  }
  for (const head of first) for (const tail of product(rest)) yield [head, ...tail];
}

/** One to three arguments of a plausible case, replaced: by 0 more often than by any other boundary. */
function moveToBoundaries(plausible: Arguments, boundaries: readonly Arguments[], random: Random): Arguments {
  const moved = [...plausible];
  for (let i = random.below(3); i >= 0; i--) {
    const position = random.below(moved.length);
    moved[position] = random.oneIn(4) ? 0n : random.pick(boundaries[position] ?? []);
  }
  return moved;
}

const POWERS = [8n, 16n, 32n, 63n, 64n, 72n, 96n, 127n, 128n, 160n, 192n, 196n, 255n, 256n].map((exponent) => 2n ** exponent);
const LANDMARKS = [1n, WAD / 2n, WAD, 2n * WAD, WAD * WAD, YEAR, YEAR * WAD, ...POWERS];

function boundariesOf({ min, max }: IntegerType, thresholds: readonly bigint[]): bigint[] {
  const around = [...LANDMARKS, ...LANDMARKS.map((value) => -value), ...thresholds].flatMap((value) => [value - 1n, value, value + 1n]);
  const values = new Set([min, min + 1n, ...around, max - 1n, max]);
  return [...values].filter((value) => value >= min && value <= max);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
