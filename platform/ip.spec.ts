import { isIP } from "node:net";
import { expect } from "chai";
import { formatIp, hostOfEndpoint, isPublicIp, parseIp, truncateIp } from "./ip.js";

const canonical = (text: string): string | undefined => {
  const bytes = parseIp(text);
  return bytes === undefined ? undefined : formatIp(bytes);
};

describe("ip", () => {
  it("reads and writes the canonical form", () => {
    const forms: [string, string][] = [
      ["1.2.3.4", "1.2.3.4"],
      ["255.255.255.255", "255.255.255.255"],
      ["0.0.0.0", "0.0.0.0"],
      ["::", "::"],
      ["::1", "::1"],
      ["1::", "1::"],
      ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:0db8:0000:0001:0000:0000:0000:0001", "2001:db8:0:1::1"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
      ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
      ["::ffff:1.2.3.4", "1.2.3.4"],
      ["::FFFF:102:304", "1.2.3.4"],
      ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
      ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
      ["::1.2.3.4", "::102:304"],
    ];
    for (const [text, expected] of forms) expect(canonical(text), text).to.equal(expected);
  });

  it("refuses everything else", () => {
    const others = [
      ...[
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.00",
        "1.2.3.4 ",
        " 1.2.3.4",
      ],
      ...[
        "1.2.3.",
        ".1.2.3",
        "1..2.3",
        "+1.2.3.4",
        "0x1.2.3.4",
        "1.2.3.4:80",
        "1.2.3.4/24",
        "١.٢.٣.٤",
        "localhost",
      ],
      ...[
        ":",
        ":::",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "12345::",
        ":1:2:3:4:5:6:7",
      ],
      ...[
        "1:2:3:4:5:6:7:",
        "::g",
        "fe80::1%eth0",
        "[::1]",
        "[::1]:80",
        "::1/64",
        "::ffff:1.2.3.4.5",
        "::ffff:1.2.3",
      ],
      ...[
        "::1.2.3.4:5",
        "1.2.3.4::",
        "::ffff:01.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1:2:3:4:5:6:7:8",
        "x".repeat(1e5),
      ],
      ...[`${":".repeat(1e5)}`, `1.2.3.${"4".repeat(1e5)}`, "1:2:3:4:5:6::7:1.2.3.4"],
    ];
    for (const text of others) expect(parseIp(text), text.slice(0, 40)).to.equal(undefined);
  });

  it("agrees with node's own judgement on texts one character away from an address", () => {
    const bases = [
      "1.2.3.4",
      "10.20.130.240",
      "::ffff:1.2.3.4",
      "2001:db8::1:0:12ab",
      "1:2:3:4:5:6:7:8",
      "::",
      "fe80::",
    ];
    for (const base of bases) {
      for (let at = 0; at <= base.length; at++) {
        for (const other of ["", ":", ".", "0", "1", "9", "f", "g", "::", "255"]) {
          for (const cut of [0, 1]) {
            const text = base.slice(0, at) + other + base.slice(at + cut);
            expect(parseIp(text) !== undefined, text).to.equal(isIP(text) !== 0);
          }
        }
      }
    }
  });

  it("truncates to a network that says no household", () => {
    const cases: [string, string | undefined][] = [
      ["203.0.113.77", "203.0.113.0"],
      ["1.2.3.0", "1.2.3.0"],
      ["::ffff:203.0.113.77", "203.0.113.0"],
      ["2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:1234::"],
      ["2001:db8::1", "2001:db8::"],
      ["::1", "::"],
      ["2002:cb00:714d::1", "2002:cb00:7100::"],
      ["64:ff9b::203.0.113.77", "64:ff9b::"],
      ["203.0.113.77:80", undefined],
      ["fe80::1%eth0", undefined],
      ["unknown", undefined],
    ];
    for (const [text, expected] of cases) expect(truncateIp(text), text).to.equal(expected);
    for (const [text] of cases) {
      const once = truncateIp(text);
      if (once !== undefined) expect(truncateIp(once), "truncating twice").to.equal(once);
    }
  });

  it("takes ports, brackets and zone ids off an endpoint", () => {
    const cases: [string, string][] = [
      ["1.2.3.4", "1.2.3.4"],
      [" 1.2.3.4:8080 ", "1.2.3.4"],
      ["[2001:db8::1]:443", "2001:db8::1"],
      ["[2001:db8::1]", "2001:db8::1"],
      ["2001:db8::1", "2001:db8::1"],
      ["fe80::1%eth0", "fe80::1"],
      ["[fe80::1%25eth0]:80", "fe80::1"],
      ["[::1", ""],
      ["[::1]x", ""],
      ["", ""],
    ];
    for (const [endpoint, host] of cases) expect(hostOfEndpoint(endpoint), endpoint).to.equal(host);
  });

  it("tells public addresses from those no place is known for", () => {
    const bytesOf = (text: string): Uint8Array => parseIp(text) ?? new Uint8Array(4);
    for (const text of [
      "8.8.8.8",
      "100.63.255.255",
      "172.32.0.1",
      "192.0.1.1",
      "2a00::1",
      "64:ff9b::8.8.8.8",
      "2002:808:808::",
    ]) {
      expect(isPublicIp(bytesOf(text)), text).to.equal(true);
    }
    const inner = [
      ...[
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
      ],
      ...[
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
      ],
      ...["fc00::1", "ff02::1", "2001:db8::1", "64:ff9b::10.0.0.1", "2002:a00:1::", "::ffff:10.1.1.1"],
    ];
    for (const text of inner) expect(isPublicIp(bytesOf(text)), text).to.equal(false);
  });
});
