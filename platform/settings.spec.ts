import { expect } from "chai";
import { commonSettings, readSettings } from "./settings.js";

describe("readSettings", () => {
  it("names every wrong setting at once, never its value", () => {
    const env = { A_PORT: "80x", A_URL: "not a url", A_SECRET: "short" };
    const read = () =>
      readSettings(env, (reader) => ({
        port: reader.integer("A_PORT", { min: 0, max: 65_535 }),
        url: reader.url("A_URL"),
        secret: reader.secret("A_SECRET"),
        missing: reader.text("A_TEXT"),
      }));
    expect(read).to.throw(/A_PORT: not valid.*A_URL: not valid.*A_SECRET: not valid.*A_TEXT: not set/);
    expect(read).to.not.throw(/80x|not a url|short/);
  });

  it("takes defaults and bounds", () => {
    const port = (text: string | undefined) =>
      readSettings({ P: text }, (reader) => ({ port: reader.integer("P", { min: 1, max: 9, fallback: 5 }) }))
        .port;
    expect(port(undefined)).to.equal(5);
    expect(port("9")).to.equal(9);
    expect(() => port("10")).to.throw("P: not valid");
  });

  it("gives what all services share", () => {
    const engines = {
      NATS_URL: "nats://127.0.0.1:4222",
      REDIS_URL: "redis://127.0.0.1:6379",
      DATABASE_URL: "postgres://127.0.0.1:5432/x",
      CLICKHOUSE_URL: "http://127.0.0.1:8123",
      TIDELINE_OPERATOR_KEY: "0123456789abcdef",
    };
    const settings = readSettings(engines, commonSettings);
    expect(settings).to.include({ partitions: 16, replicas: 1, prefix: "", clickhouseDatabase: "tideline" });
    expect(Object.isFrozen(settings)).to.equal(true);
  });
});
