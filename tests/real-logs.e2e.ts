// An hour of GitHub's public events and three days of a web server's log go in through the command line, over the
// public gRPC API; what QueryService then answers is held against what is computed from the files themselves.
import { expect } from "chai";
import { Aggregation, FilterOp, Interval } from "../gen/ts/tideline/query/v1/question_pb.js";
import { type AccessLogAnswers, answerAccessLog } from "./answers/access-log.js";
import { answerGitHub, type GitHubAnswers } from "./answers/gharchive.js";
import { expectFigures, type Figures } from "./support/figures.js";
import { importFile } from "./support/import-file.js";
import { requireOutside } from "./support/missing.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { ask, askOne, days, drained, ofEvent, ofField } from "./support/questions.js";
import { useStack } from "./support/stack.js";

/** The figures of some names only. */
function only(figures: Figures, names: Figures): Figures {
  return new Map([...figures].filter(([name]) => names.has(name)));
}

describe("An hour of GitHub", () => {
  const stack = useStack();
  const hour = { range: days("2015-01-01", "2015-01-02") };
  const count = { aggregation: Aggregation.COUNT, ...hour };
  let wanted: GitHubAnswers;
  let project: TestProject;

  before(async function () {
    this.timeout(120_000);
    const file = requireOutside(this, "shared/data/events/gharchive-2015-01-01-0.json.gz");
    wanted = await answerGitHub(file);
    project = await makeProject(stack.file(), "GH Archive");
    const imported = await importFile({
      ...{ file, preset: "gharchive", data: stack.data, key: project.keys.ingest },
    });
    expect(imported).to.deep.include({ code: 0, outcomes: { accepted: 7_702 } });
    await drained(project.query, 7_702);
  });

  it("has its events per type", async () => {
    expectFigures(await ask(project.query, { ...count, breakdown: [ofField("type")] }), wanted.eventsPerType);
  });

  it("has its events per type and action, which lies in the payload", async () => {
    const breakdown = [ofField("type"), ofEvent("payload.action")];
    expectFigures(await ask(project.query, { ...count, breakdown }), wanted.eventsPerTypeAndAction);
  });

  it("has its events per minute, also of those that came out of order", async () => {
    const own = await ask(project.query, { ...count, interval: Interval.MINUTE }, "2015-01-01T00:00".length);
    expectFigures(own, wanted.eventsPerMinute);
  });

  it("has its pull requests per language, five names deep", async () => {
    const breakdown = [ofEvent("payload.pull_request.base.repo.language")];
    expectFigures(await ask(project.query, { ...count, breakdown }), wanted.pullRequestsPerLanguage);
  });

  it("has its busiest repositories", async () => {
    const own = await ask(project.query, { ...count, breakdown: [ofEvent("repo")], limit: 4 });
    expectFigures(own, wanted.topRepositories);
  });

  it("has its numbers: actors, sum, mean, percentile and maximum", async () => {
    const commits = { ...hour, type: "PushEvent", property: ofEvent("payload.size") };
    const one = (aggregation: Aggregation) =>
      askOne(project.query, { ...commits, aggregation, percentile: 90 });
    const own: Figures = new Map([
      ["actors", await askOne(project.query, { ...hour, aggregation: Aggregation.UNIQUE_USERS })],
      ["commits", await one(Aggregation.SUM)],
      ["mean", await one(Aggregation.AVG)],
      ["p90", await one(Aggregation.PERCENTILE)],
      ["most", await one(Aggregation.MAX)],
    ]);
    expectFigures(own, wanted.numbers, 1e-9);
  });
});

describe("Three days of a web server's log", () => {
  const stack = useStack();
  const span = { range: days("2015-05-17", "2015-05-21") };
  const count = { aggregation: Aggregation.COUNT, ...span };
  let wanted: AccessLogAnswers;
  let project: TestProject;
  let examples: readonly string[];

  before(async function () {
    this.timeout(120_000);
    const file = requireOutside(this, "shared/data/events/apache_access_2015-05.log.gz");
    wanted = await answerAccessLog(file);
    project = await makeProject(stack.file(), "Access log");
    const imported = await importFile({
      ...{ file, preset: "combined-log", data: stack.data, key: project.keys.ingest },
    });
    // 3: done, but not every record could be read.
    expect(imported).to.deep.include({ code: 3, outcomes: { accepted: wanted.lines, unreadable: 1 } });
    examples = imported.examples;
    await drained(project.query, wanted.lines);
  });

  it("lost the unreadable line alone, and its number is told", () => {
    expect(wanted.unreadable).to.deep.equal([8_899]);
    expect(examples).to.deep.equal(["line 8899"]);
  });

  it("has its requests per status, method and day", async () => {
    expectFigures(await ask(project.query, { ...count, breakdown: [ofEvent("status")] }), wanted.perStatus);
    const breakdown = [ofEvent("method"), ofEvent("status")];
    expectFigures(await ask(project.query, { ...count, breakdown }), wanted.perMethodAndStatus);
    const perDay = await ask(project.query, { ...count, interval: Interval.DAY }, "2015-05-17".length);
    expectFigures(perDay, wanted.perDay);
  });

  it("has its bytes and visitors", async () => {
    const bytes = { ...span, aggregation: Aggregation.SUM, property: ofEvent("bytes") };
    const own: Figures = new Map([
      ["bytes", await askOne(project.query, bytes)],
      ["visitors", await askOne(project.query, { ...span, aggregation: Aggregation.UNIQUE_USERS })],
    ]);
    expectFigures(own, wanted.numbers);
  });

  it("has its countries", async () => {
    const own = await ask(project.query, { ...count, breakdown: [ofField("country")] });
    expectFigures(own, new Map([...wanted.perCountry].filter(([country]) => country !== "")));
  });

  it("has its browsers", async () => {
    const own = await ask(project.query, { ...count, breakdown: [ofField("browser")] });
    expectFigures(only(own, wanted.perBrowser), wanted.perBrowser);
  });

  it("has its crawlers, each known for one", async () => {
    const isBot = { property: ofField("is_bot"), op: FilterOp.EQUALS, values: ["true"] };
    const own = await ask(project.query, { ...count, filters: [isBot], breakdown: [ofField("browser")] });
    expectFigures(only(own, wanted.perCrawler), wanted.perCrawler);
  });

  it("has its visits from Google's search", async () => {
    const isSearch = { property: ofField("referrer_class"), op: FilterOp.EQUALS, values: ["search"] };
    const own = await ask(project.query, {
      ...count,
      filters: [isSearch],
      breakdown: [ofField("referrer_source")],
    });
    expectFigures(only(own, wanted.perSource), wanted.perSource);
  });
});
