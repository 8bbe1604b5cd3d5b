// Distribution functions of the tests that experiments use. Relative errors are below 1e-11, also
// far out in the tails; distributions.spec.ts holds them to SciPy's values.

const epsilon = 1e-16;
const tiny = 1e-300;
const iterationsMax = 10_000;

/** The chance that a standard normal variable is further from 0 than z, on either side. */
export function normalTwoSided(z: number): number {
  return chiSquareAbove(z * z, 1);
}

/** The point that a standard normal variable stays below with probability p, 0 < p < 1. */
export function normalQuantile(p: number): number {
  return p < 0.5 ? -normalQuantile(1 - p) : bisected((z) => 1 - normalTwoSided(z) / 2, p);
}

/** The chance that Student's t with so many degrees of freedom is further from 0 than t, on either side. */
export function studentTwoSided(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  if (degrees > hillFrom) return normalTwoSided(normalOfStudent(t, degrees));
  return betaHalf((t * t) / degrees, degrees / 2);
}

/** From so many degrees of freedom on the beta function loses digits, and Hill's expansion has all of them. */
const hillFrom = 100_000;

/** The standard normal deviate as far out as t: Hill (1970), Student's t-distribution, Algorithm 395. */
function normalOfStudent(t: number, degrees: number): number {
  const n = degrees - 0.5;
  const b = 48 * n * n;
  const z = Math.sqrt(n * Math.log1p((t * t) / degrees));
  const third = (4 * z ** 7 + 33 * z ** 5 + 240 * z ** 3 + 855 * z) / (10 * b * (b + 0.8 * z ** 4 + 100));
  return z + (z ** 3 + 3 * z) / b - third;
}

/** The point that Student's t stays below with probability p, 0 < p < 1. */
export function studentQuantile(p: number, degrees: number): number {
  return p < 0.5 ? -studentQuantile(1 - p, degrees) : bisected((t) => 1 - studentTwoSided(t, degrees) / 2, p);
}

/** The chance that chi square with so many degrees of freedom is above x. */
export function chiSquareAbove(x: number, degrees: number): number {
  return x <= 0 ? 1 : gammaAbove(degrees / 2, x / 2);
}

/** Q(a, x), the regularized upper incomplete gamma function: DLMF 8.11.4 by its series below a + 1, else 8.9.2. */
function gammaAbove(a: number, x: number): number {
  if (!Number.isFinite(x)) return 0;
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x >= a + 1) return factor * gammaFraction(a, x);
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; n < iterationsMax && term > sum * epsilon; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return 1 - factor * sum;
}

/** The continued fraction of DLMF 8.9.2, by the modified method of Lentz. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let [c, d] = [1 / tiny, 1 / b];
  let result = d;
  for (let n = 1; n < iterationsMax; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / notZero(an * d + b);
    c = notZero(b + an / c);
    result *= c * d;
    if (Math.abs(c * d - 1) < epsilon) break;
  }
  return result;
}

/**
 * I_x(a, 1/2), the regularized incomplete beta function at x = 1 / (1 + odds): DLMF 8.17.22, mirrored (8.17.4) where
 * that converges faster.
 */
function betaHalf(odds: number, a: number): number {
  if (odds <= 0) return 1;
  const [x, y] = [1 / (1 + odds), odds / (1 + odds)];
  // By the odds: for many degrees of freedom x is so near to 1 that its own digits don't do.
  const factor = Math.exp(-a * Math.log1p(odds) + 0.5 * Math.log(y) - logBetaHalf(a));
  return x < (a + 1) / (a + 2.5)
    ? (factor * betaFraction(x, a, 0.5)) / a
    : 1 - 2 * factor * betaFraction(y, 0.5, a);
}

/** ln B(a, 1/2); for a above 20 by the expansion of DLMF 5.11.13, which does not lose digits as a difference would. */
function logBetaHalf(a: number): number {
  const logRootPi = 0.5 * Math.log(Math.PI);
  if (a < 20) return logGamma(a) + logRootPi - logGamma(a + 0.5);
  const r = 1 / a;
  const ratio = 0.5 * Math.log(a) - r / 8 + r ** 3 / 192 - r ** 5 / 640 + (17 * r ** 7) / 14_336;
  return logRootPi - ratio;
}

function betaFraction(x: number, a: number, b: number): number {
  let [c, d] = [1, 1 / notZero(1 - ((a + b) * x) / (a + 1))];
  let result = d;
  for (let m = 1; m < iterationsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  return result;
}

function notZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Of a rising function from 0 on, the point where it takes a value. */
function bisected(rises: (x: number) => number, value: number): number {
  let [low, high] = [0, 1];
  while (rises(high) < value && high < 1e300) high *= 2;
  while (high - low > epsilon * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (rises(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** ln of the gamma function for x > 0, by Lanczos's approximation (g = 7, n = 9; Godfrey's coefficients). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const [first = 0, ...others] = lanczos;
  const sum = others.reduce((all, coefficient, index) => all + coefficient / (x + index), first);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
