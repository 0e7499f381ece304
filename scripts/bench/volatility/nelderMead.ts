/**
 * The smallest value of a function of a few variables, by Nelder and Mead's simplex ("A simplex method for function
 * minimization", Computer Journal 7, 1965), with their coefficients: reflection 1, expansion 2, contraction and shrinkage ½.
 */

interface Vertex {
  readonly point: readonly number[];
  readonly value: number;
}

const STEP = 0.5;
const TOLERANCE = 1e-10;
const MAX_ROUNDS = 2_000;

/** Where the search from `start` ends: a local minimum. The same start ends at the same point. */
export function minimise(cost: (point: readonly number[]) => number, start: readonly number[]): readonly number[] {
  const vertex = (point: readonly number[]): Vertex => ({ point, value: cost(point) });
  let simplex = [vertex(start), ...start.map((_, axis) => vertex(start.map((x, i) => (i === axis ? x + STEP : x))))];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0], simplex.at(-1)];
    if (best === undefined || worst === undefined || isSmall(simplex, best, worst)) break;
    const others = simplex.slice(0, -1);
    const replacement = improve(vertex, others, worst);
    simplex = replacement ? [...others, replacement] : simplex.map((each) => vertex(between(best.point, each.point, 0.5)));
  }
  return simplex.reduce((best, each) => (each.value < best.value ? each : best)).point;
}

/** A vertex to put in the worst one's place; undefined where the simplex has to shrink. */
function improve(vertex: (point: readonly number[]) => Vertex, others: readonly Vertex[], worst: Vertex): Vertex | undefined {
  const centre = worst.point.map((_, axis) => others.reduce((sum, { point }) => sum + (point[axis] ?? 0), 0) / others.length);
  const along = (share: number): Vertex => vertex(between(centre, worst.point, share));
  const [best, secondWorst] = [others[0]?.value ?? 0, others.at(-1)?.value ?? 0];
  const reflected = along(-1);
  if (reflected.value < best) {
    const expanded = along(-2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < secondWorst) return reflected;
  const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : undefined;
}

/** Both in value and in space: values alone are equal on either side of a valley. */
function isSmall(simplex: readonly Vertex[], best: Vertex, worst: Vertex): boolean {
  if (worst.value - best.value > TOLERANCE) return false;
  return simplex.every(({ point }) => point.every((x, axis) => Math.abs(x - (best.point[axis] ?? 0)) < 1e-6));
}

/** The point a share of the way from one to another. */
function between(from: readonly number[], to: readonly number[], share: number): number[] {
  return from.map((x, axis) => x + ((to[axis] ?? x) - x) * share);
}
