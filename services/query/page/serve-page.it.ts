import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import type { Call } from "../../../platform/serve/call.js";
import { pageRoute } from "./serve-page.js";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

describe("the page's files", () => {
  let folder: string;
  let server: Server;
  const script = `export const x = "${"y".repeat(2_000)}";`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tideline-page-"));
    await writeFile(join(folder, "..secret.txt"), "not listed by name, but inside");
    const web = join(folder, "web");
    await mkdir(join(web, "assets"), { recursive: true });
    await writeFile(join(folder, "secret.txt"), "secret");
    await writeFile(join(web, "assets", "index-1a2b.js"), script);
    await writeFile(join(web, "noise.exe"), "MZ");
    await symlink(join(folder, "secret.txt"), join(web, "link.txt"));
    await writeFile(join(web, "index.html"), "<!doctype html><title>Tideline</title>");
    const [built, unbuilt] = [pageRoute(web), pageRoute(join(folder, "nowhere"))];
    server = createServer((incoming, response) => {
      const route = incoming.headers["x-unbuilt"] === undefined ? built : unbuilt;
      void route.handle(incoming, response, {} as Call, async () => Buffer.alloc(0));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Paths go out as they are: fetch would tidy them up. */
  function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.on("error", reject).end();
    });
  }

  it("come with their type, zipped where it pays, and are kept by browsers as long as they can be", async () => {
    const page = await get("/");
    expect([page.status, page.headers["content-type"]]).to.deep.equal([200, "text/html; charset=utf-8"]);
    expect(page.headers["cache-control"]).to.equal("no-cache");
    expect(page.headers["content-security-policy"]).to.include("default-src 'self'");
    const zipped = await get("/assets/index-1a2b.js", { "accept-encoding": "gzip, br" });
    expect(zipped.headers["content-type"]).to.equal("text/javascript; charset=utf-8");
    expect(zipped.headers["cache-control"]).to.include("immutable");
    expect(gunzipSync(zipped.body).toString()).to.equal(script);
    const plain = await get("/assets/index-1a2b.js");
    expect(plain.body.toString()).to.equal(script);
    const again = await get("/assets/index-1a2b.js", { "if-none-match": String(plain.headers["etag"]) });
    expect([again.status, again.body.length]).to.deep.equal([304, 0]);
  });

  it("are the page for its own paths, and nothing for what is no file of it", async () => {
    expect((await get("/users/42?x=1")).body.toString()).to.include("<title>Tideline");
    for (const path of ["/nowhere.js", "/v1/nothing", "/noise.exe", "/link.txt", "/%zz"]) {
      expect((await get(path)).status, path).to.equal(404);
    }
  });

  it("never lie outside the folder", async () => {
    const paths = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "//etc/passwd",
      "/..%5csecret.txt",
    ];
    for (const path of [...paths, "/assets/%00.txt", "/..secret.txt"]) {
      const { status, body } = await get(path);
      expect(body.toString(), path).not.to.include("secret\n").and.not.to.equal("secret");
      expect([200, 404], path).to.include(status);
      if (status === 200) expect(body.toString(), path).to.include("<title>Tideline");
    }
  });

  it("are a hint where the page is not built", async () => {
    const { status, headers, body } = await get("/", { "x-unbuilt": "1" });
    expect([status, headers["content-type"]]).to.deep.equal([200, "text/plain; charset=utf-8"]);
    expect(body.toString()).to.include("not built");
  });
});
