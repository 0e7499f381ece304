/** What a token becomes, in both languages: the mistakes people make in this kind of code. */

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  // Off by one, and turned around.
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "|=": ["&="],
  "&=": ["|="],
  "++": ["--"],
  "--": ["++"],
};

/** Functions that are one another's mistake: rounded the other way, or the other end of an interval. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["mulDivDown", "mulDivUp"],
  ["mulDivDownSaturating", "mulDivUpSaturating"],
  ["sqrtDown", "sqrtUp"],
  ["min", "max"],
];

const NAMES: ReadonlyMap<string, string> = new Map(PAIRS.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]));

/** What to put in an operator's place; nothing for one that is left alone. */
export function operatorReplacements(operator: string): readonly string[] {
  return OPERATORS[operator] ?? [];
}

/** The function that is called instead, if there is one. */
export function nameReplacement(name: string): string | undefined {
  return NAMES.get(name);
}

/** Yul's instructions, which are functions there. */
const INSTRUCTIONS: Readonly<Record<string, string>> = {
  gt: "lt",
  lt: "gt",
  eq: "lt",
  and: "or",
  or: "and",
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  mod: "div",
  shl: "shr",
  shr: "shl",
};

/** The instruction that is used instead, if there is one. */
export function instructionReplacement(name: string): string | undefined {
  return INSTRUCTIONS[name];
}

/**
 * Another constant: one more; where one more could not be seen, in a coefficient of twenty digits or more, a slip in one bit of
 * its leading half. Powers are no coefficients.
 */
export function constantReplacement(value: bigint): bigint {
  const digits = value.toString(2);
  const isRound = /^1+0*$/.test(digits) || /^10*$/.test(value.toString());
  return value < 10n ** 20n || isRound ? value + 1n : value ^ (1n << BigInt((digits.length * 3) >> 2));
}
