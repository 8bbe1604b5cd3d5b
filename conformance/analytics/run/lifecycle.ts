import { LifecycleBirth, LifecycleStatus } from "../../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { inParallel } from "../../in-parallel.js";
import type { Answer, CaseOf } from "../case-shape.js";
import { frame, interval, listsAtOnce, pageSize, selector, shown } from "./question.js";
import type { Asked } from "./stand.js";

const births = {
  first_matching: LifecycleBirth.FIRST_MATCHING,
  first_ever: LifecycleBirth.FIRST_EVER,
};

const statuses = {
  new: LifecycleStatus.NEW,
  returning: LifecycleStatus.RETURNING,
  resurrecting: LifecycleStatus.RESURRECTING,
  dormant: LifecycleStatus.DORMANT,
};

/** Dormant users stand as a number below zero, as the peer has them. */
export async function askLifecycle(
  given: CaseOf<"lifecycle">,
  { query: api }: Asked,
  areListed: boolean,
): Promise<Answer> {
  const { event, event_filters = [], interval: unit } = given.query;
  const birth = given.semantics?.lifecycleNew;
  const request = {
    frame: frame(given),
    event: selector({ event, filters: event_filters }),
    interval: interval(unit),
    ...(birth === undefined ? {} : { birth: births[birth] }),
  };
  const { buckets, newUsers, returningUsers, resurrectingUsers, dormantUsers } =
    await api.queryLifecycle(request);
  const counts = {
    new: newUsers.map(Number),
    returning: returningUsers.map(Number),
    resurrecting: resurrectingUsers.map(Number),
    dormant: dormantUsers.map((users) => -Number(users) || 0),
  };
  const totals = Object.fromEntries(
    Object.entries(counts).map(([status, of]) => [status, of.reduce((sum, users) => sum + users, 0)]),
  );
  const answer = { ...counts, times: buckets.map(shown), totals };
  if (!areListed) return answer;
  const listed = buckets.flatMap((bucket) =>
    Object.entries(statuses).map(([name, status]) => async () => {
      const { userIds } = await api.listLifecycleUsers({ lifecycle: request, bucket, status, pageSize });
      return { time: shown(bucket), status: name, users: userIds };
    }),
  );
  return { ...answer, users_at: await inParallel(listsAtOnce, listed) };
}
