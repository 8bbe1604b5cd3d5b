import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { composeGateway } from "./compose.js";
import { type Pool, renderGateway } from "./gateway.js";

const fixed = (...ports: number[]): Pool => ({
  kind: "fixed",
  instances: ports.map((port) => ({
    host: "10.0.0.1",
    grpcPort: port,
    httpPort: port + 1,
    restPort: port + 2,
  })),
});

const rendered = renderGateway({
  listen: { http: ["127.0.0.1:8080"], grpc: ["127.0.0.1:9090"], registry: ["127.0.0.1:8081"] },
  drainSeconds: 2,
  pools: { ingestion: fixed(100, 200), query: fixed(300), admin: fixed(400), registry: fixed(500) },
});

/** The lines of one section, without their indent. */
function section(title: string): string[] {
  const found = rendered.split("\n\n").find((text) => text.startsWith(`${title}\n`));
  return (found ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.trim());
}

describe("the gateway's configuration", () => {
  it("listens for everything on the first port and on that of gRPC", () => {
    expect(section("frontend public")).to.include.members(["bind 127.0.0.1:8080", "bind 127.0.0.1:9090"]);
    expect(section("frontend registry_rest")).to.include("bind 127.0.0.1:8081");
  });

  it("sends gRPC and the rest of a path to different ports of the same instances", () => {
    expect(section("backend ingestion_grpc").filter((line) => line.startsWith("server "))).to.deep.equal([
      "server ingestion-1 10.0.0.1:100 proto h2 check-proto h1 check port 101 inter 500ms fastinter 200ms fall 3 rise 1",
      "server ingestion-2 10.0.0.1:200 proto h2 check-proto h1 check port 201 inter 500ms fastinter 200ms fall 3 rise 1",
    ]);
    expect(section("backend query_http").at(-1)).to.match(/^server query-1 10\.0\.0\.1:301 check port 301/);
    expect(section("backend registry_rest").at(-1)).to.match(
      /^server registry-1 10\.0\.0\.1:502 check port 501/,
    );
  });

  it("answers for a registry that is away as the registry does", () => {
    const type = "application/vnd.schemaregistry.v1+json";
    const body = '{"error_code":503,"message":"the registry is not available"}';
    expect(section("backend registry_rest")).to.include(
      `http-error status 503 content-type ${type} string '${body}' hdr retry-after 1`,
    );
  });

  it("leaves what no path claims to query", () => {
    expect(section("frontend public").slice(-2)).to.deep.equal([
      "use_backend query_grpc if is_grpc !is_grpc_web",
      "default_backend query_http",
    ]);
  });

  it("is written down for compose as it is made", () => {
    const path = join(repoRoot, "deploy/gateway/compose.cfg");
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, composeGateway());
    expect(readFileSync(path, "utf8")).to.equal(composeGateway());
  });
});
