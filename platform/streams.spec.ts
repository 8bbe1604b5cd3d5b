import { expect } from "chai";
import { declaredStreams, differences, streamDefaults, streamNames } from "./streams.js";

describe("streamNames", () => {
  it("builds subjects and keeps deployments apart by prefix", () => {
    const names = streamNames("");
    expect(names.rawSubject(3, "p1")).to.equal("raw.3.p1");
    expect(names.rawFilter("*")).to.equal("raw.*.*");
    expect(streamNames("t1").eventsSubject(0)).to.equal("t1.events.0");
    expect(streamNames("t1").raw).to.equal("t1_RAW");
  });
});

describe("declaredStreams", () => {
  const declared = declaredStreams({ names: streamNames(""), replicas: 3, ...streamDefaults });

  it("never drop what was acked", () => {
    for (const stream of declared) expect(stream.discard, stream.name).to.equal("new");
  });

  it("differ from a stream in each field that is not as declared, and only there", () => {
    const [raw] = declared;
    expect(differences(raw ?? {}, { ...raw })).to.deep.equal([]);
    expect(differences(raw ?? {}, { ...raw, num_replicas: 1, max_bytes: -1 })).to.have.length(2);
  });
});
