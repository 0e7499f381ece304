/** Anything as text for a message: amounts as decimal digits, which JSON has no numbers for. */
export const show = (value: unknown): string => JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item));
