import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { expect } from "chai";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { repoRoot } from "../../platform/root.js";
import { FieldWriter } from "../../platform/wire.js";
import { compileMapping } from "./encode-event.js";
import { openSource } from "./import-file.js";
import { readMapping } from "./mapping.js";
import { isRecord, MappingError } from "./record.js";

const folder = join(repoRoot, "cli/import/presets");

/** The events that a preset makes of a text, in their JSON form with the properties taken out of their text. */
async function eventsOf(preset: string, text: string): Promise<unknown[]> {
  const mapping = readMapping(JSON.parse(readFileSync(join(folder, `${preset}.json`), "utf8")));
  async function* pieces() {
    yield text;
  }
  const source = await openSource(pieces(), mapping);
  const { encode } = compileMapping(mapping, source, "sample.log");
  const events: unknown[] = [];
  for await (const run of source.runs()) {
    for (const item of run.filter(isRecord)) {
      const writer = new FieldWriter();
      encode(item, writer);
      const { properties = "{}", ...event } = toJson(
        EventSchema,
        fromBinary(EventSchema, writer.copy()),
      ) as never as {
        properties: string;
      };
      events.push({ ...event, properties: JSON.parse(properties) });
    }
  }
  return events;
}

describe("presets", () => {
  it("are all valid mappings", () => {
    for (const file of readdirSync(folder)) readMapping(JSON.parse(readFileSync(join(folder, file), "utf8")));
  });

  it("make purchases and refunds of invoice lines, numbered within the invoice", async () => {
    const head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    const rows = [
      "536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
      "536365,71053,,6,2010-12-01 08:26:00,3.39,,United Kingdom",
      'C536379,D,"Discount, ""x""",-1,2010-12-01 09:41:00,27.5,14527.0,EIRE',
    ];
    const events = await eventsOf("online-retail", head + rows.join("\n"));
    expect(events).to.deep.equal([
      {
        eventId: "536365-1",
        type: "purchase",
        userId: "17850",
        clientTime: "2010-12-01T08:26:00Z",
        properties: {
          invoice: "536365",
          stock_code: "85123A",
          description: "WHITE HANGING HEART",
          quantity: 6,
          unit_price: 2.55,
          amount: 6 * 2.55,
          country: "United Kingdom",
        },
      },
      {
        eventId: "536365-2",
        type: "purchase",
        clientTime: "2010-12-01T08:26:00Z",
        properties: {
          invoice: "536365",
          stock_code: "71053",
          quantity: 6,
          unit_price: 3.39,
          amount: 6 * 3.39,
          country: "United Kingdom",
        },
      },
      {
        eventId: "C536379-1",
        type: "refund",
        userId: "14527",
        clientTime: "2010-12-01T09:41:00Z",
        properties: {
          invoice: "C536379",
          stock_code: "D",
          description: 'Discount, "x"',
          quantity: -1,
          unit_price: 27.5,
          amount: -27.5,
          country: "EIRE",
        },
      },
    ]);
  });

  it("keep a GitHub event's payload nested", async () => {
    const line = {
      id: "2489368070",
      type: "PushEvent",
      actor: { id: 9, login: "ada" },
      repo: { id: 2, name: "ada/x" },
      payload: { commits: [{ sha: "a9" }], ref: null },
      public: true,
      created_at: "2015-01-01T00:00:01Z",
    };
    expect(await eventsOf("gharchive", JSON.stringify(line))).to.deep.equal([
      {
        eventId: "2489368070",
        type: "PushEvent",
        userId: "ada",
        clientTime: "2015-01-01T00:00:01Z",
        properties: {
          actor_id: 9,
          repo: "ada/x",
          repo_id: 2,
          payload: { commits: [{ sha: "a9" }], ref: null },
          public: true,
        },
      },
    ]);
  });

  it("put a log line's address, agent and referrer into the context", async () => {
    const line = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a?q=1 HTTP/1.1" 304 - "-" "curl/7"';
    const [event] = await eventsOf("combined-log", line);
    expect(event).to.deep.include({
      eventId: "sample.log:1",
      type: "request",
      clientTime: "2015-05-17T10:05:03Z",
      context: { ip: "1.2.3.4", userAgent: "curl/7", pageUrl: "/a?q=1" },
      properties: { method: "GET", path: "/a", protocol: "HTTP/1.1", status: 304 },
    });
  });

  it("tell clicks from heartbeats, and count CDNOW's purchases a customer", async () => {
    const bitly = await eventsOf(
      "bitly",
      '{"_heartbeat_":1331923249}\n{"t":1331923250,"r":"direct","nk":1,"hc":7}\n',
    );
    expect(bitly).to.deep.equal([
      { eventId: "sample.log:1", type: "heartbeat", clientTime: "2012-03-16T18:40:49Z", properties: {} },
      {
        eventId: "sample.log:2",
        type: "click",
        clientTime: "2012-03-16T18:40:50Z",
        properties: { known_user: true, link_created_unix: 7 },
      },
    ]);
    const text =
      " customer_id  date number_of_cds  dollar_value\n 00002 19970112  1   12.00\n 00002 19970112  5   77.00\n";
    const ids = (await eventsOf("cdnow", text)).map((event) => (event as { eventId: string }).eventId);
    expect(ids).to.deep.equal(["00002-1", "00002-2"]);
  });

  it("are refused where the file has not their columns", async () => {
    const refused = await eventsOf("online-retail", "a,b\n1,2\n").catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(MappingError);
  });
});
