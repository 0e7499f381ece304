/** Blocks, both included. */
export interface BlockRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** After this many answers in a row a larger request is tried again: what is too much here need not be too much there. */
const ANSWERS_BEFORE_GROWING = 16;

/**
 * Reads a long range piece by piece, in the order of blocks. Where the node says that a piece is too much it is halved, down to
 * one block.
 * @param chunk - The most blocks to ask for at once, at least 1.
 * @param isTooMuch - Whether an error may go away with a smaller request; every other is thrown at once.
 * @throws what `read` throws for one block
 */
export async function readInChunks<T>(
  range: BlockRange,
  chunk: bigint,
  read: (piece: BlockRange) => Promise<readonly T[]>,
  isTooMuch: (error: unknown) => boolean,
): Promise<readonly T[]> {
  const found: T[] = [];
  let size = chunk;
  let answers = 0;
  for (let first = range.first; first <= range.last; ) {
    const last = first + size - 1n < range.last ? first + size - 1n : range.last;
    try {
      for (const item of await read({ first, last })) found.push(item);
    } catch (error) {
      if (first === last || !isTooMuch(error)) throw error;
      size = (last - first + 1n) / 2n;
      answers = 0;
      continue;
    }
    first = last + 1n;
    answers += 1;
    if (answers < ANSWERS_BEFORE_GROWING || size === chunk) continue;
    size = size * 2n < chunk ? size * 2n : chunk;
    answers = 0;
  }
  return found;
}
