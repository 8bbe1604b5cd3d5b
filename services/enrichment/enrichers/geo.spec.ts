import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { isPublicIp, parseIp } from "../../../platform/ip.js";
import { requireOutside } from "../../../tests/support/missing.js";
import { type GeoTable, openGeo } from "./geo.js";

/** A record beside MaxMind's test databases. */
interface ExpectedRecord {
  readonly country?: { readonly iso_code?: string };
  readonly city?: { readonly names?: { readonly en?: string } };
  readonly subdivisions?: readonly { readonly iso_code?: string }[];
}

/** IPv4 networks are written in the IPv6 tree's form, "::1.2.3.0/120". */
const firstAddress = (network: string): string => {
  const address = network.slice(0, network.indexOf("/"));
  return /^::\d+\.\d+\.\d+\.\d+$/.test(address) ? address.slice(2) : address;
};

describe("geo", () => {
  let packaged: GeoTable;
  before(async () => {
    packaged = await openGeo();
  });

  it("gives the country of public addresses from the packaged table", () => {
    const place = (country: string) => ({ country, region: "", city: "" });
    expect(packaged.lookup("8.8.8.8")).to.deep.equal(place("US"));
    expect(packaged.lookup("8.8.8.0")).to.deep.equal(place("US"));
    expect(packaged.lookup("::ffff:8.8.8.8")).to.deep.equal(place("US"));
    expect(packaged.lookup("2a00:1450::")).to.deep.equal(place("IE"));
    expect(packaged.lookup("193.0.6.139")).to.deep.equal(place("NL"));
    expect(packaged.version).to.match(/^\S.* \d{4}-\d\d-\d\dT/);
  });

  it("gives nothing for what is private, unknown or no address, and never throws", () => {
    const others = [
      ...[
        "",
        "-",
        "unknown",
        "10.1.2.3",
        "192.168.0.0",
        "127.0.0.1",
        "169.254.1.1",
        "0.0.0.0",
        "255.255.255.255",
      ],
      ...[
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "8.8.8",
        "8.8.8.8.8",
        "8.8.8.8:53",
      ],
      ...[
        "08.8.8.8",
        "[2a00:1450::]",
        "2a00:1450::%1",
        "2a00:1450:::",
        "\u0000",
        "\ud800",
        "x".repeat(1e6),
        "__proto__",
      ],
    ];
    for (const ip of others) expect(packaged.lookup(ip), ip.slice(0, 40)).to.equal(undefined);
  });

  for (const name of ["GeoIP2-City-Test", "GeoLite2-Country-Test"]) {
    it(`gives what MaxMind says of every network in ${name}`, async function () {
      const table = await openGeo(requireOutside(this, `shared/data/enrich/mmdb/${name}.mmdb`));
      const path = requireOutside(this, `shared/data/enrich/mmdb/${name}.json`);
      const networks: Record<string, ExpectedRecord>[] = JSON.parse(readFileSync(path, "utf8"));
      let [found, regions, cities] = [0, 0, 0];
      for (const [network, record] of networks.flatMap((entry) => Object.entries(entry))) {
        const ip = firstAddress(network);
        const bytes = parseIp(ip);
        const country = record.country?.iso_code;
        const region = record.subdivisions?.[0]?.iso_code ?? "";
        const city = record.city?.names?.en ?? "";
        const isPublic = bytes !== undefined && isPublicIp(bytes);
        const expected = isPublic && country !== undefined ? { country, region, city } : undefined;
        expect(table.lookup(ip), network).to.deep.equal(expected);
        found += expected === undefined ? 0 : 1;
        regions += expected === undefined || region === "" ? 0 : 1;
        cities += expected === undefined || city === "" ? 0 : 1;
      }
      expect(found).to.be.at.least(200);
      if (name.includes("City")) expect(Math.min(regions, cities)).to.be.at.least(8);
    });
  }

  it("finds 1,751 of the 1,753 addresses of a real log", function () {
    const path = requireOutside(this, "shared/data/events/apache_access_2015-05.log.gz");
    const lines = gunzipSync(readFileSync(path)).toString("latin1").trimEnd().split("\n");
    const addresses = new Set(lines.map((line) => line.slice(0, line.indexOf(" "))));
    expect(addresses.size).to.equal(1753);
    expect([...addresses].filter((ip) => packaged.lookup(ip) !== undefined).length).to.be.at.least(1751);
  });

  it("refuses a file that is no table", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tideline-geo-"));
    try {
      writeFileSync(join(folder, "x.mmdb"), "no table");
      for (const name of ["x.mmdb", "missing.mmdb"]) {
        const opened = await openGeo(join(folder, name)).catch((cause: unknown) => cause);
        expect(opened, name).to.be.instanceOf(Error);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
