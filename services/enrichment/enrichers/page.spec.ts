import { expect } from "chai";
import { readPage } from "./page.js";

const read = (url: string): string => {
  const page = readPage(url);
  return page === undefined ? "nothing" : `${page.host} ${page.path}`;
};

describe("page", () => {
  it("reads host and path, without port, user, query, fragment and trailing slash", () => {
    const cases: [string, string][] = [
      ["https://shop.example/", "shop.example /"],
      ["https://shop.example", "shop.example /"],
      ["https://shop.example?x=/y", "shop.example /"],
      ["https://Shop.Example:8443/Cart/?a=1#top", "shop.example /Cart"],
      ["http://user:pass@shop.example/a//", "shop.example /a"],
      ["https://shop.example/a/b/c/", "shop.example /a/b/c"],
      ["https://shop.example////", "shop.example /"],
      ["https://shop.example/a//b", "shop.example /a//b"],
      ["http://[2001:DB8::1]:80/x", "[2001:db8::1] /x"],
      ["//cdn.example/a", "cdn.example /a"],
      ["/cart/?x=1", " /cart"],
      ["/", " /"],
      ["/?q", " /"],
      ["app://localhost/index.html", "localhost /index.html"],
      ["android-app://com.google.android.gm/", "com.google.android.gm /"],
      ["file:///srv/x.html", " /srv/x.html"],
      ["https://münchen.example/straße", "xn--mnchen-3ya.example /stra%C3%9Fe"],
      ["https://shop.example/a/../b/./c", "shop.example /b/c"],
      ["https://shop.example/a/%2e%2e/b", "shop.example /b"],
      ["https://shop.example/a b", "shop.example /a%20b"],
      ["https://shop.example/a#b?c", "shop.example /a"],
    ];
    for (const [url, expected] of cases) expect(read(url), url).to.equal(expected);
  });

  it("reads nothing from what is no URL", () => {
    const others = [
      "",
      "-",
      "shop.example/x",
      "about:blank",
      "data:text/html,x",
      "javascript:alert(1)",
      "https://",
      "http:///",
    ];
    for (const other of [...others, "https://a b/", "https://[::1/", "://x", "1http://x/", "https://a<b>/"]) {
      expect(read(other), other).to.equal("nothing");
    }
  });

  it("agrees with the platform's URL on everything that it reads fast", () => {
    const urls = [
      "http://semicomplete.com/presentations/logstash-monitorama-2013/images/kibana-search.png",
      "https://a.b.example/x;y=1,2/z!$&'()*+=:@~_-.html?x=y",
      "https://EXAMPLE.com:443/%41%c3%a9/%7Euser",
      "https://example.com/a|b[c]d",
      'https://example.com/^`{}<>"',
    ];
    for (const url of urls) {
      const { hostname, pathname } = new URL(url);
      expect(read(url)).to.equal(`${hostname} ${pathname}`);
    }
  });

  it("bounds what it reads and gives back", () => {
    const page = readPage(`https://shop.example/${"x".repeat(100_000)}`);
    expect(page?.path.length).to.equal(1024);
    expect(readPage(`https://${"a.".repeat(300)}example/`)).to.equal(undefined);
    expect(readPage(`https://${"@".repeat(100_000)}`)).to.equal(undefined);
  });
});
