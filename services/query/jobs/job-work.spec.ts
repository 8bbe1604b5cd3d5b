import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import type { Analytics, Rows } from "../ports.js";
import type { Statement } from "../sql/tenant.js";
import type { JobProgress } from "./job-store.js";
import { JobWork } from "./job-work.js";

describe("the work for a job", () => {
  /** Statements end, and looks are answered, when the test says so. */
  function watched() {
    const ids: (string | undefined)[] = [];
    const end: ((rowsRead: number) => void)[] = [];
    const tell: ((progress: JobProgress | undefined) => void)[] = [];
    const work = new JobWork("job-", {
      progress: () => new Promise((resolve) => tell.push(resolve)),
    });
    const engine = {
      read: ({ queryId }: Statement) => {
        ids.push(queryId);
        return new Promise<Rows>((resolve) => {
          end.push((rowsRead) => resolve({ rows: [], rowsRead, bytesRead: 0, engineMs: 0 }));
        });
      },
    };
    const analytics = work.analytics(engine as unknown as Analytics);
    const start = () =>
      analytics.read({ projectId: "p", text: "", parameters: {} }, new AbortController().signal);
    return { work, ids, end, tell, start };
  }

  it("adds up what has ended and what runs, and counts nothing twice", async () => {
    const { work, ids, end, tell, start } = watched();
    work.look();
    expect(tell).to.have.length(0);
    const first = start();
    work.look();
    work.look();
    expect(tell).to.have.length(1);
    tell[0]?.({ rowsRead: 40, rowsTotal: 100 });
    await turn();
    expect(work.progress).to.deep.equal({ rowsRead: 40, rowsTotal: 100 });
    const second = start();
    work.look();
    // Ends between the look and what it finds.
    end[0]?.(100);
    await first;
    tell[1]?.({ rowsRead: 130, rowsTotal: 300 });
    await turn();
    expect(work.progress).to.deep.equal({ rowsRead: 130, rowsTotal: 300 });
    end[1]?.(200);
    await second;
    expect(work.progress).to.deep.equal({ rowsRead: 300, rowsTotal: 300 });
    expect(ids).to.deep.equal(["job-0", "job-1"]);
  });

  it("says what it knew where the engine says nothing, or less", async () => {
    const { work, tell, start } = watched();
    void start();
    work.look();
    tell[0]?.({ rowsRead: 50, rowsTotal: 60 });
    await turn();
    for (const said of [undefined, { rowsRead: 0, rowsTotal: 0 }]) {
      work.look();
      tell.at(-1)?.(said);
      await turn();
      expect(work.progress).to.deep.equal({ rowsRead: 50, rowsTotal: 60 });
    }
    expect(tell).to.have.length(3);
  });
});
