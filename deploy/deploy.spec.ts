import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { CORE_SCHEMA, load, mergeTag } from "js-yaml";
import { programs, serviceNames } from "../dev/services.js";
import { repoRoot } from "../platform/root.js";

interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>> | readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (path: string) => readFileSync(join(repoRoot, path), "utf8");
const compose = load(read("deploy/compose.yaml"), { schema: CORE_SCHEMA.withTags(mergeTag) }) as Compose;
const dependsOn = ({ depends_on: names = [] }: ComposeService) =>
  Array.isArray(names) ? names : Object.keys(names);

describe("compose.yaml", () => {
  it("runs every service and every engine, the gateway in front", () => {
    expect(Object.keys(compose.services)).to.have.members([
      ...serviceNames,
      ...["nats", "redis", "postgres", "clickhouse", "migrate", "gateway"],
    ]);
    expect(compose.services["gateway"]?.ports).to.deep.equal(["8080:8080", "9090:9090", "8081:8081"]);
  });

  it("runs the programs of npm start, in one image", () => {
    for (const name of [...serviceNames, "migrate"]) {
      const { command = [], image, build } = compose.services[name] ?? { image: "" };
      expect(image).to.equal(`tideline/${name}`);
      expect(build, name).to.deep.equal({ context: "..", dockerfile: "deploy/Dockerfile" });
      const service = serviceNames.find((known) => known === name);
      if (service) expect(command).to.deep.equal(["node", "--enable-source-maps", programs[service]]);
      else expect(command.slice(0, 3)).to.deep.equal(["node", "dist/cli/main.js", "migrate"]);
    }
  });

  it("gives services the addresses of engines that it runs, on the ports that the gateway knows", () => {
    const gateway = read("deploy/gateway/compose.cfg");
    for (const name of serviceNames) {
      const environment = compose.services[name]?.environment ?? {};
      for (const key of ["NATS_URL", "REDIS_URL", "DATABASE_URL", "CLICKHOUSE_URL"]) {
        const host = new URL((environment[key] ?? "").replaceAll(/\$\{[^}]*\}/g, "x")).hostname;
        expect(compose.services, `${name} ${key}`).to.have.property(host);
      }
    }
    for (const name of ["ingestion", "query", "admin", "registry"]) {
      const { environment = {} } = compose.services[name] ?? {};
      expect(gateway).to.contain(`${name}:${environment["TIDELINE_GRPC_PORT"]} proto h2`);
      expect(gateway).to.contain(`${name}:${environment["TIDELINE_HTTP_PORT"]} check`);
    }
  });

  it("names only services, volumes and files that there are", () => {
    for (const [name, service] of Object.entries(compose.services)) {
      for (const other of dependsOn(service))
        expect(compose.services, `${name} depends on`).to.have.property(other);
      for (const volume of service.volumes ?? []) {
        const [source = ""] = volume.split(":");
        if (source.startsWith("./"))
          expect(existsSync(join(repoRoot, "deploy", source)), source).to.equal(true);
        else expect(compose.volumes, `${name} mounts`).to.have.property(source);
      }
    }
  });
});

describe("the Tiltfile", () => {
  const tiltfile = read("Tiltfile");

  it("reloads every service from its own folder", () => {
    const [, list = ""] = /^SERVICES = \[(.*)\]$/m.exec(tiltfile) ?? [];
    const named = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect([...named, "registry"]).to.have.members([...serviceNames]);
  });

  it("builds from folders that there are", () => {
    for (const list of ["SHARED", "HOUSE"]) {
      const [, text = ""] = new RegExp(`^${list} = \\[(.*)\\]$`, "m").exec(tiltfile) ?? [];
      for (const [, path = ""] of text.matchAll(/"([^"]+)"/g)) {
        expect(existsSync(join(repoRoot, path)), path).to.equal(true);
      }
    }
  });

  it("is read by Python, whose grammar holds Starlark's", function () {
    const parsed = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], {
      input: tiltfile,
    });
    if (parsed.error) this.skip();
    expect(parsed.stderr.toString()).to.equal("");
  });
});
