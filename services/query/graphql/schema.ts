import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import { type GraphQLFieldConfig, GraphQLObjectType, GraphQLSchema } from "graphql";
import { QueryJobService } from "../../../gen/ts/tideline/query/v1/job_service_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { decodeJson } from "../../../platform/json/decode-json.js";
import { requireAccess } from "../../../platform/serve/access.js";
import type { Call } from "../../../platform/serve/call.js";
import { answerUnary } from "../../../platform/serve/invoke.js";
import { accessOf, type Mount, mountOf } from "../../../platform/serve/mount.js";
import { questions } from "../rest/mappings.js";
import { MessageTypes } from "./types.js";

/** What resolvers know of the request. */
export interface GraphContext {
  readonly call: Call;
}

const rpcs = QueryService.method;
const jobs = QueryJobService.method;

/** What reads: every question, and what is kept by name. */
export const reads: Readonly<Record<string, DescMethodUnary>> = {
  ...Object.fromEntries(Object.entries(questions).map(([kind, rpc]) => [camelCase(kind), rpc])),
  user: rpcs.getUser,
  explainEvent: rpcs.explainEvent,
  cohort: rpcs.getCohort,
  cohorts: rpcs.listCohorts,
  cohortMembers: rpcs.listCohortMembers,
  metricDefinition: rpcs.getMetric,
  metricDefinitions: rpcs.listMetrics,
  job: jobs.getQuery,
  jobs: jobs.listQueries,
};

/** What changes something. */
export const changes: Readonly<Record<string, DescMethodUnary>> = {
  putCohort: rpcs.putCohort,
  deleteCohort: rpcs.deleteCohort,
  defineMetric: rpcs.defineMetric,
  deleteMetric: rpcs.deleteMetric,
  startQuery: jobs.startQuery,
  cancelQuery: jobs.cancelQuery,
};

/** The services of queries as a schema: a field for each method, with the fields of its request as arguments. */
export function graphSchema(mounts: readonly Mount[]): GraphQLSchema {
  const types = new MessageTypes();
  const fieldsOf = (methods: Readonly<Record<string, DescMethodUnary>>) =>
    Object.fromEntries(
      Object.entries(methods).map(([name, rpc]) => [name, fieldOf(mountOf(mounts, rpc), rpc, types)]),
    );
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: "Query", fields: fieldsOf(reads) }),
    mutation: new GraphQLObjectType({ name: "Mutation", fields: fieldsOf(changes) }),
  });
}

function fieldOf(
  mounted: Mount,
  rpc: DescMethodUnary,
  types: MessageTypes,
): GraphQLFieldConfig<unknown, GraphContext> {
  return {
    type: types.output(rpc.output),
    args: types.args(rpc.input),
    description: `${rpc.parent.typeName}/${rpc.name}`,
    async resolve(_source, args: Readonly<Record<string, unknown>>, { call }) {
      requireAccess(call.principal, accessOf(mounted, rpc));
      const request = decodeJson(rpc.input, args as JsonValue);
      const answer = await answerUnary({ mounted, method: rpc }, request, call);
      const message = create(rpc.output, answer as MessageInitShape<DescMessage>);
      // GraphQL tells fields that are empty or 0 apart from those that are not set.
      return toJson(rpc.output, message, { alwaysEmitImplicit: true });
    },
  };
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
