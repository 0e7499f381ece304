/** A simulated price: the logarithm of one that starts at 1, a step at a time. */
import type { Random } from "./corpus.ts";

const YEAR = 31_536_000;

/** `count` values, `step` seconds apart, of this variance a year. */
export function brownian(random: Random, count: number, step: number, variance: number): number[] {
  const scale = Math.sqrt((variance * step) / YEAR);
  let value = 0;
  return Array.from({ length: count }, () => {
    value += scale * gaussian(random);
    return value;
  });
}

/** Box and Muller's. */
function gaussian(random: Random): number {
  const [first, second] = [(random.next() + 0.5) / 2 ** 32, random.next() / 2 ** 32];
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
}
