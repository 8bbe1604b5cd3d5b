// A proposed schema against the events that are stored, over gRPC and on the real engines.
import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { makeProject } from "./support/own-project.js";
import { drained } from "./support/questions.js";
import { useStack } from "./support/stack.js";

describe("a proposed schema", function () {
  this.timeout(60_000);
  const stack = useStack();

  it("is checked against the events that are stored, their senders told apart", async () => {
    const project = await makeProject(stack.file(), "proposal");
    const purchase = (index: number, library: string) => ({
      eventId: `p${index}`,
      type: "purchase",
      context: { library, libraryVersion: "1.0.0" },
      body: {
        case: "properties" as const,
        value: JSON.stringify({
          // Old senders write the amount as text.
          amount: library === "old" ? String(index) : index,
          big: "@",
          coupon: index === 7 ? "SPRING" : null,
        }).replace('"@"', "12345678901234567890"),
      },
    });
    const events = Array.from({ length: 1_000 }, (_, index) =>
      purchase(index, index % 4 === 0 ? "old" : "new"),
    );
    await project.ingest.publishEvents({ events });
    await drained(project.query, 1_000);

    const propose = (schema: object, eventsMax = 0) =>
      project.registry.checkEvents({
        subject: "purchase",
        kind: SchemaKind.JSON_SCHEMA,
        text: JSON.stringify(schema),
        eventsMax,
      });
    const fits = {
      properties: { big: { type: "integer" }, coupon: { type: ["string", "null"] } },
      required: ["amount", "big", "coupon"],
    };
    expect(await propose(fits)).to.include({ checked: 1_000, failed: 0, unjudged: 0, isCut: false });
    const typed = await propose({ properties: { amount: { type: "number" } } });
    expect(typed).to.include({ checked: 1_000, failed: 250 });
    expect(typed.failures[0]).to.include({ path: "amount", rule: "type", events: 250 });
    expect(
      typed.producers.map(({ library, keyId, events, failed }) => [library, keyId, events, failed]),
    ).to.deep.equal([
      ["old", project.keyIds.ingest, 250, 250],
      ["new", project.keyIds.ingest, 750, 0],
    ]);
    expect(await propose({ required: ["gone"] }, 100)).to.include({ checked: 100, failed: 100, isCut: true });
    const stranger = await makeProject(stack.file(), "proposal stranger");
    const text = JSON.stringify(fits);
    const theirs = await stranger.registry.checkEvents({
      subject: "purchase",
      kind: SchemaKind.JSON_SCHEMA,
      text,
    });
    expect(theirs.checked).to.equal(0);
  });
});
