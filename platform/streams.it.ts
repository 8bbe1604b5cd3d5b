import { expect } from "chai";
import { DiscardPolicy, NatsError } from "nats";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { type Nats, openNats } from "./engines/nats.js";
import { reconcileStreams, streamDefaults, streamNames } from "./streams.js";

describe("streams on a real server", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let nats: Nats;
  before(async () => {
    engines = await startEngines("nats");
    nats = await openNats({ url: engines.nats, name: "test" });
  });
  after(async () => {
    const names = streamNames(engines.prefix);
    for (const name of [names.raw, names.events, names.quarantine]) await nats.jsm.streams.delete(name);
    await nats.close();
    await engines.stop();
  });

  const options = () => ({
    names: streamNames(engines.prefix),
    replicas: 1,
    ...streamDefaults,
    streamBytesMax: 2 ** 26,
  });

  it("are made once by many that start together, and found as declared", async () => {
    await Promise.all([1, 2, 3].map(() => reconcileStreams(nats, options())));
    await reconcileStreams(nats, options());
  });

  it("are changed where that is possible", async () => {
    const { names } = options();
    const { config } = await nats.jsm.streams.info(names.raw);
    await nats.jsm.streams.update(names.raw, { ...config, discard: DiscardPolicy.Old });
    await reconcileStreams(nats, options());
    expect((await nats.jsm.streams.info(names.raw)).config.discard).to.equal(DiscardPolicy.New);
  });

  it("refuse what is beyond the server, saying so", async () => {
    const failure = await reconcileStreams(nats, { ...options(), replicas: 3 }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).to.match(/3 replicas .* no cluster/);
  });

  it("refuse to drop what was acked when they are full", async () => {
    const { names } = options();
    const subject = names.rawSubject(0, "p1");
    const publish = () => nats.js.publish(subject, new Uint8Array(2 ** 20 - 1024));
    let acked = 0;
    const failure = await (async () => {
      for (;;) {
        await publish();
        acked++;
      }
    })().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(NatsError);
    expect(Reflect.get(failure as NatsError, "api_error")).to.include({
      description: "maximum bytes exceeded",
    });
    expect((await nats.jsm.streams.info(names.raw)).state.messages).to.equal(acked);
  });
});
