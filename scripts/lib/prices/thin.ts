/**
 * A list that grows without bound and is kept at a bounded length: of its entries every second, fourth, eighth ... stays,
 * and so do those that were marked, the extremes, the first and the last. Nothing is averaged: what stays is what was.
 */
export class ThinnedList<T> {
  readonly #capacity: number;
  readonly #isBetter: readonly ((a: T, b: T) => boolean)[];
  readonly #extremes: (Entry<T> | undefined)[];
  #kept: Entry<T>[] = [];
  #unmarked = 0;
  #every = 1;
  #last: Entry<T> | undefined;
  #length = 0;

  /**
   * @param capacity - Most entries kept, besides marked ones and extremes.
   * @param isBetter - For each extreme, whether the first argument beats the second.
   */
  constructor(capacity: number, isBetter: readonly ((a: T, b: T) => boolean)[] = []) {
    this.#capacity = capacity;
    this.#isBetter = isBetter;
    this.#extremes = isBetter.map(() => undefined);
  }

  /** How many were added. */
  get length(): number {
    return this.#length;
  }

  add(item: T, isMarked = false): void {
    const entry: Entry<T> = { index: this.#length++, item, isMarked };
    this.#last = entry;
    for (const [index, beats] of this.#isBetter.entries()) {
      const best = this.#extremes[index];
      if (best === undefined || beats(item, best.item)) this.#extremes[index] = entry;
    }
    if (!isMarked && entry.index % this.#every !== 0) return;
    this.#kept.push(entry);
    if (!isMarked) this.#unmarked += 1;
    if (this.#unmarked > this.#capacity) this.#halve();
  }

  /** What was kept, in the order it was added. */
  items(): T[] {
    const entries = new Set([...this.#kept, ...this.#extremes, this.#last]);
    return [...entries]
      .filter((entry) => entry !== undefined)
      .sort((a, b) => a.index - b.index)
      .map(({ item }) => item);
  }

  #halve(): void {
    this.#every *= 2;
    this.#kept = this.#kept.filter(({ index, isMarked }) => isMarked || index % this.#every === 0);
    this.#unmarked = this.#kept.filter(({ isMarked }) => !isMarked).length;
  }
}

interface Entry<T> {
  readonly index: number;
  readonly item: T;
  readonly isMarked: boolean;
}
