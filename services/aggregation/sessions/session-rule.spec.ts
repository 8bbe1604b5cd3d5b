import { expect } from "chai";
import { type SessionEvent, sessionCapMs, sessionGapMs, sessionsOf } from "./session-rule.js";

const at = (timeMs: number, eventId = String(timeMs)): SessionEvent => ({
  timeMs,
  producerId: "",
  sequence: 0,
  eventId,
});
const ids = (events: readonly SessionEvent[]): string[][] =>
  sessionsOf(events).map((session) => session.map(({ eventId }) => eventId));

describe("sessions", () => {
  it("end after a pause of strictly more than 30 minutes", () => {
    expect(ids([at(0), at(sessionGapMs)])).to.deep.equal([["0", String(sessionGapMs)]]);
    expect(ids([at(0), at(sessionGapMs + 1)])).to.have.length(2);
  });

  it("are merged by a late event between them, and the first event stays the same", () => {
    const [first, between, second] = [at(0), at(sessionGapMs), at(2 * sessionGapMs)];
    expect(ids([first, second])).to.have.length(2);
    const merged = sessionsOf([first, second, between]);
    expect(merged).to.have.length(1);
    expect(merged[0]?.[0]).to.equal(first);
  });

  it("do not depend on the order in which events came", () => {
    const events = [at(5), at(1), at(10 * sessionGapMs), at(3), at(9.5 * sessionGapMs)];
    expect(ids(events)).to.deep.equal(ids([...events].reverse()));
  });

  it("are cut every 24 hours where the visitor never pauses", () => {
    const busy = Array.from({ length: 150 }, (_, index) => at(index * 20 * 60_000));
    const lengths = sessionsOf(busy).map((session) => session.length);
    expect(lengths).to.deep.equal([72, 72, 6]);
    for (const session of sessionsOf(busy)) {
      expect((session.at(-1)?.timeMs ?? 0) - (session[0]?.timeMs ?? 0)).to.be.lessThan(sessionCapMs);
    }
  });

  it("order equal times by producer, sequence and id", () => {
    const one = { timeMs: 1, producerId: "a", sequence: 2, eventId: "x" };
    const two = { timeMs: 1, producerId: "a", sequence: 1, eventId: "y" };
    const three = { timeMs: 1, producerId: "", sequence: 9, eventId: "z" };
    expect(sessionsOf([one, two, three])).to.deep.equal([[three, two, one]]);
  });

  it("of nobody are none, and one event is a session", () => {
    expect(sessionsOf([])).to.deep.equal([]);
    expect(ids([at(7)])).to.deep.equal([["7"]]);
  });
});
