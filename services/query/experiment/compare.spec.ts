import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { requireOutside } from "../../../tests/support/missing.js";
import { chancesByScipy } from "../testing/asos-chances.js";
import { seeded } from "../testing/event-set.js";
import { compareMeans, compareRates, type Sample, sampleRatio } from "./compare.js";

const rate = (users: number, converted: number): Sample => {
  const mean = converted / users;
  return { users, mean, variance: mean * (1 - mean) };
};
const close = (found: readonly number[], wanted: readonly number[]) =>
  found.forEach((value, index) => {
    const goal = wanted[index] ?? Number.NaN;
    expect(value).to.be.closeTo(goal, 1e-10 * Math.max(1, Math.abs(goal)));
  });

describe("a variant against the control", () => {
  // statsmodels 0.14: proportions_ztest, and Wald's interval.
  for (const [users, converted, controlUsers, controlConverted, wanted] of [
    [
      1000,
      120,
      1000,
      100,
      [1.4293008498232314, 0.1529177818639462, -0.00741148199801995, 0.04741148199801992],
    ],
    [50, 10, 60, 6, [1.4812659910259918, 0.13853570727907122, -0.034368361072323855, 0.23436836107232387]],
    [20, 0, 20, 5, [-2.390457218668787, 0.01682740948275685, -0.439772696782249, -0.060227303217750994]],
    [
      5000,
      5000,
      4000,
      3990,
      [3.5374997297743382, 0.00040393459916083894, 0.00095245049076722, 0.0040475495092326],
    ],
  ] as const) {
    it(`has z and its chance as statsmodels: ${converted} of ${users}, ${controlConverted} of ${controlUsers}`, () => {
      const it = compareRates(rate(users, converted), rate(controlUsers, controlConverted), 0.95);
      close([it.statistic, it.pValue, it.differenceLow, it.differenceHigh], wanted);
      expect(it.degreesOfFreedom).to.equal(0);
    });
  }

  // SciPy 1.17.1: ttest_ind_from_stats with equal_var=False.
  for (const [variant, control, wanted] of [
    [
      [12, 5.5, 2.2],
      [9, 4.1, 7.7],
      [1.3735468743522303, 0.19595744076138713, -0.8334695579655724, 3.633469557965573, 11.414721723518849],
    ],
    [
      [2, 1, 0.5],
      [2, 3, 0.1],
      [-3.651483716701107, 0.11366369583262385, -5.708945427543129, 1.7089454275431288, 1.3846153846153846],
    ],
    [
      [1_000_000, 2.01, 9],
      [900_000, 2, 16],
      [
        1.9324698792024515, 0.05330170629500771, -0.0001422818301336521, 0.020142281830133224,
        1659197.236226758,
      ],
    ],
  ] as const) {
    it(`has Welch's t and its chance as SciPy: means of ${variant[0]} and ${control[0]} users`, () => {
      const sample = ([users, mean, variance]: readonly [number, number, number]) => ({
        users,
        mean,
        variance,
      });
      const it = compareMeans(sample(variant), sample(control), 0.95);
      close([it.statistic, it.pValue, it.differenceLow, it.differenceHigh, it.degreesOfFreedom], wanted);
    });
  }

  it("differs by nothing where nothing varies", () => {
    const same = { users: 5, mean: 2, variance: 0 };
    expect(compareMeans(same, same, 0.95)).to.include({ statistic: 0, pValue: 1, sequentialPValue: 1 });
    expect(compareMeans({ ...same, mean: 3 }, same, 0.95)).to.include({
      pValue: 0,
      difference: 1,
      lift: 0.5,
    });
    expect(compareRates(rate(9, 0), rate(8, 0), 0.95)).to.include({ pValue: 1, hasLift: false, lift: 0 });
    expect(compareRates(rate(9, 9), rate(8, 8), 0.95)).to.include({ pValue: 1, lift: 0 });
  });

  it("is not found to differ from its equal by looking every day", () => {
    const random = seeded(3);
    const runs = 200;
    let [onceWrong, evenOnceWrong] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const users = [0, 0];
      const converted = [0, 0];
      const seen = { sequential: false, fixed: false };
      for (let day = 1; day <= 40; day++) {
        for (let user = 0; user < 100; user++) {
          const side = random() < 0.5 ? 0 : 1;
          users[side] = (users[side] ?? 0) + 1;
          if (random() < 0.2) converted[side] = (converted[side] ?? 0) + 1;
        }
        const [own, other] = [0, 1].map((side) => rate(users[side] ?? 0, converted[side] ?? 0));
        if (own === undefined || other === undefined) continue;
        const { sequentialPValue, pValue, sequentialLow, sequentialHigh } = compareRates(own, other, 0.95);
        expect(sequentialLow > 0 || sequentialHigh < 0).to.equal(sequentialPValue < 0.05);
        if (sequentialPValue < 0.05) seen.sequential = true;
        if (pValue < 0.05) seen.fixed = true;
      }
      if (seen.sequential) onceWrong++;
      if (seen.fixed) evenOnceWrong++;
    }
    expect(onceWrong / runs).to.be.lessThan(0.05);
    // The other kind is wrong far more often, which is why there are two.
    expect(evenOnceWrong / runs).to.be.greaterThan(0.15);
  });

  it("finds a true difference by looking every day as well", () => {
    expect(compareRates(rate(20_000, 4_400), rate(20_000, 4_000), 0.95).sequentialPValue).to.be.lessThan(
      0.01,
    );
  });
});

describe("the sample ratio", () => {
  it("is checked by chi square, as SciPy does", () => {
    const even = sampleRatio([5100, 4900], [1, 1]);
    close([even.chiSquare, even.degreesOfFreedom, even.pValue], [4, 1, 0.04550026389635857]);
    const planned = sampleRatio([100, 210, 290], [20, 30, 50]);
    close([planned.chiSquare, planned.pValue], [8.666666666666668, 0.01312372873694096]);
    expect(sampleRatio([7], [1])).to.include({ pValue: 1 });
    expect(sampleRatio([10, 10, 1], [1, 1, 0]).pValue).to.equal(0);
  });
});

describe("78 real experiments", () => {
  it("have the lifts and chances that SciPy finds", function () {
    const file = requireOutside(this, "shared/data/events/asos-digital-experiments.csv.gz");
    const [, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split("\n");
    let compared = 0;
    for (const [row, chance] of chancesByScipy) {
      const [countC = 0, countT = 0, meanC = 0, meanT = 0, varianceC = 0, varianceT = 0] = (lines[row] ?? "")
        .split(",")
        .slice(4)
        .map(Number);
      const control = { users: countC, mean: meanC, variance: varianceC };
      const it = compareMeans({ users: countT, mean: meanT, variance: varianceT }, control, 0.95);
      expect(Math.abs(it.pValue - chance) / chance).to.be.lessThan(1e-9);
      expect(it.lift).to.be.closeTo(meanT / meanC - 1, 1e-9);
      compared++;
    }
    expect(compared).to.be.greaterThan(100);
  });
});
