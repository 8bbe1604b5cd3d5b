import { expect } from "chai";
import {
  chiSquareAbove,
  normalQuantile,
  normalTwoSided,
  studentQuantile,
  studentTwoSided,
} from "./distributions.js";

const functions = { chiSquareAbove, normalQuantile, normalTwoSided, studentQuantile, studentTwoSided };
type Name = keyof typeof functions;

/** Values of SciPy 1.17.1: 2 norm.sf, norm.ppf, 2 t.sf, t.ppf and chi2.sf. */
const values: readonly (readonly [name: Name, of: readonly number[], value: number])[] = [
  ["normalTwoSided", [0], 1.0],
  ["normalTwoSided", [1e-8], 0.9999999920211544],
  ["normalTwoSided", [0.1], 0.920344325445942],
  ["normalTwoSided", [0.5], 0.6170750774519738],
  ["normalTwoSided", [1], 0.31731050786291415],
  ["normalTwoSided", [1.96], 0.04999579029644087],
  ["normalTwoSided", [2.5758293035489], 0.01000000000000002],
  ["normalTwoSided", [3.3], 0.0009668482847675549],
  ["normalTwoSided", [5], 5.733031437583866e-7],
  ["normalTwoSided", [8], 1.244192114854348e-15],
  ["normalTwoSided", [12], 3.552964224155306e-33],
  ["normalTwoSided", [20], 5.507248237212311e-89],
  ["normalTwoSided", [37], 1.1451142445047853e-299],
  ["normalQuantile", [0.001], -3.090232306167813],
  ["normalQuantile", [0.025], -1.9599639845400545],
  ["normalQuantile", [0.5], 0.0],
  ["normalQuantile", [0.6], 0.2533471031357997],
  ["normalQuantile", [0.9], 1.2815515655446004],
  ["normalQuantile", [0.95], 1.6448536269514722],
  ["normalQuantile", [0.975], 1.959963984540054],
  ["normalQuantile", [0.995], 2.5758293035489004],
  ["normalQuantile", [0.9995], 3.2905267314919255],
  ["normalQuantile", [0.999999], 4.753424308817087],
  ["studentQuantile", [0.025, 7], -2.3646242515927844],
  ["studentQuantile", [0.975, 1], 12.706204736174694],
  ["studentQuantile", [0.999999, 1], 318309.88617359026],
  ["studentQuantile", [0.9995, 30], 3.6459586350420627],
  ["studentQuantile", [0.9995, 1], 636.6192487687897],
  ["studentQuantile", [0.001, 999.7], -3.098404621538813],
  ["studentQuantile", [0.5, 999.7], 0.0],
  ["studentQuantile", [0.025, 2.5], -3.5746548420036834],
  ["studentQuantile", [0.95, 2.5], 2.5582186141359355],
  ["studentQuantile", [0.999999, 2.5], 220.17342917570426],
  ["studentQuantile", [0.9, 999.7], 1.2823989758554917],
  ["studentQuantile", [0.95, 1], 6.313751514675037],
  ["studentQuantile", [0.975, 1000000.0], 1.959966356814107],
  ["studentQuantile", [0.9, 1], 3.0776835371752544],
  ["studentQuantile", [0.5, 2.5], 0.0],
  ["studentQuantile", [0.025, 1], -12.706204736174705],
  ["studentQuantile", [0.999999, 7], 14.241469651921154],
  ["studentQuantile", [0.001, 2.5], -13.822193110865964],
  ["studentQuantile", [0.995, 999.7], 2.580756178787047],
  ["studentQuantile", [0.9, 30], 1.3104150253913955],
  ["studentQuantile", [0.975, 7], 2.364624251592784],
  ["studentQuantile", [0.001, 1], -318.30883898555044],
  ["studentQuantile", [0.9995, 2.5], 18.277893528131457],
  ["studentQuantile", [0.5, 1000000.0], 0.0],
  ["studentQuantile", [0.5, 7], 0.0],
  ["studentQuantile", [0.995, 7], 3.4994832973504924],
  ["studentTwoSided", [1.96, 1.7], 0.21100962142967614],
  ["studentTwoSided", [0, 19.5], 1.0],
  ["studentTwoSided", [0, 5], 1.0],
  ["studentTwoSided", [40, 1000000.0], 0.0],
  ["studentTwoSided", [40, 1], 0.015912179824051624],
  ["studentTwoSided", [0, 1.7], 1.0],
  ["studentTwoSided", [1.96, 300000000.0], 0.0499957912207366],
  ["studentTwoSided", [0.3, 1000000.0], 0.7641772179789942],
  ["studentTwoSided", [4, 41], 0.0002584998082860625],
  ["studentTwoSided", [40, 200], 2.2487396535202197e-97],
  ["studentTwoSided", [10, 1000000.0], 1.527861076817818e-23],
  ["studentTwoSided", [0.3, 300000000.0], 0.7641771558299512],
  ["studentTwoSided", [4, 12345.6], 6.371181698591966e-5],
  ["studentTwoSided", [10, 40], 1.9313117004115506e-12],
  ["studentTwoSided", [1, 1], 0.5000000000000001],
  ["studentTwoSided", [1.96, 41], 0.056816382773609383],
  ["studentTwoSided", [1e-6, 41], 0.9999992069653072],
  ["studentTwoSided", [1.96, 40], 0.05698822403200634],
  ["studentTwoSided", [10, 19.5], 4.0708027736194075e-9],
  ["studentTwoSided", [40, 19.5], 3.468287566848669e-20],
  ["studentTwoSided", [10, 41], 1.467357047779395e-12],
  ["studentTwoSided", [1e-6, 300000000.0], 0.9999992021154399],
  ["studentTwoSided", [40, 40], 7.040810574778496e-34],
  ["studentTwoSided", [0.3, 12345.6], 0.7641822065091413],
  ["studentTwoSided", [4, 40], 0.00026591239566669807],
  ["studentTwoSided", [1, 200], 0.3185188479097467],
  ["chiSquareAbove", [600, 2], 5.148200222411903e-131],
  ["chiSquareAbove", [1e-9, 2], 0.9999999995],
  ["chiSquareAbove", [0.2, 2], 0.9048374180359595],
  ["chiSquareAbove", [600, 1], 1.674167984691805e-132],
  ["chiSquareAbove", [1, 10], 0.9998278843700441],
  ["chiSquareAbove", [1e-9, 3], 0.9999999999999916],
  ["chiSquareAbove", [3.84, 2], 0.14660696213035013],
  ["chiSquareAbove", [30, 3], 1.3800570312932553e-6],
  ["chiSquareAbove", [10, 3], 0.01856613546304325],
  ["chiSquareAbove", [100, 3], 1.5541594313896026e-21],
  ["chiSquareAbove", [0.2, 3], 0.9775892977616494],
  ["chiSquareAbove", [1, 49], 1.0],
  ["chiSquareAbove", [600, 49], 7.227037906630721e-96],
  ["chiSquareAbove", [30, 2], 3.0590232050182594e-7],
  ["chiSquareAbove", [100, 2], 1.9287498479639183e-22],
  ["chiSquareAbove", [1, 2], 0.6065306597126334],
  ["chiSquareAbove", [30, 49], 0.9851931781115962],
  ["chiSquareAbove", [100, 1], 1.5239706048320995e-23],
  ["chiSquareAbove", [0, 2], 1.0],
  ["chiSquareAbove", [1, 1], 0.31731050786291115],
  ["chiSquareAbove", [100, 49], 2.3646111089850406e-5],
  ["chiSquareAbove", [3.84, 10], 0.9542763043207358],
  ["chiSquareAbove", [10, 10], 0.44049328506521257],
  ["chiSquareAbove", [0.2, 10], 0.9999999233219832],
  ["chiSquareAbove", [1e-9, 1], 0.999974768674784],
  ["chiSquareAbove", [600, 3], 1.0078435921645548e-129],
];

describe("distribution functions", () => {
  for (const [name, of, value] of values) {
    it(`${name}(${of.join(", ")}) is SciPy's`, () => {
      const [first = 0, second = 0] = of;
      const error = Math.abs(functions[name](first, second) - value) / (Math.abs(value) || 1);
      expect(error).to.be.lessThan(1e-10);
    });
  }

  it("are what their definitions say where these are simple", () => {
    // Student's t of one degree of freedom is Cauchy's distribution.
    expect(studentTwoSided(1e-6, 1)).to.be.closeTo(1 - (2 / Math.PI) * Math.atan(1e-6), 1e-16);
    expect(studentTwoSided(1, 1)).to.be.closeTo(0.5, 1e-15);
    expect(chiSquareAbove(4, 2)).to.be.closeTo(Math.exp(-2), 1e-15);
    expect(studentTwoSided(Number.POSITIVE_INFINITY, 3)).to.equal(0);
  });
});
