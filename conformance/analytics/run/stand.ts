import { randomBytes } from "node:crypto";
import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { parseAddress } from "../../../cli/target.js";
import type { StackFile } from "../../../dev/stack-file.js";
import { AdminService } from "../../../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { Scope, WeekStart } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { IngestService } from "../../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { QueryService } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { inParallel } from "../../in-parallel.js";
import { removeProjects } from "../../remove-projects.js";

/** A project that holds nothing yet and that nobody else uses. */
export interface OwnProject {
  readonly ingest: Client<typeof IngestService>;
  readonly query: Client<typeof QueryService>;
}

/** What questions are put to. */
export type Asked = Pick<OwnProject, "query">;

/** Makes projects of a running stack, reached by its public gRPC port, and takes them away again. */
export interface Stand {
  project(about: {
    readonly timezone: string;
    readonly week_start?: "monday" | "sunday";
  }): Promise<OwnProject>;
  /** Removes every project that was made. @throws where one is left behind */
  close(): Promise<void>;
}

/** More than a case file can send: no case waits for its own limit. */
const eventsPerSecond = 1_000_000;
const revokesAtOnce = 8;
const defaultTimeoutMs = 60_000;

export function openStand(stack: StackFile): Stand {
  const { hostPort, isSecure } = parseAddress(stack.grpc);
  const withKey = (key: string): Interceptor => {
    return (next) => (request) => {
      request.header.set("authorization", `Bearer ${key}`);
      return next(request);
    };
  };
  const baseUrl = `${isSecure ? "https" : "http"}://${hostPort}`;
  const transport = (key: string) =>
    createGrpcTransport({ baseUrl, interceptors: [withKey(key)], defaultTimeoutMs });
  const admin = createClient(AdminService, transport(stack.keys.operator));
  const made: { projectId: string; keyId: string }[] = [];
  return {
    async project({ timezone, week_start }) {
      const { project } = await admin.createProject({
        name: `conformance analytics ${randomBytes(8).toString("hex")}`,
        settings: {
          timeZone: timezone,
          weekStart: week_start === "sunday" ? WeekStart.SUNDAY : WeekStart.MONDAY,
        },
      });
      const projectId = project?.projectId ?? "";
      const scopes = [Scope.INGEST, Scope.QUERY];
      const { key, secret } = await admin.createApiKey({ projectId, scopes, eventsPerSecond });
      made.push({ projectId, keyId: key?.keyId ?? "" });
      const own = transport(secret);
      return { ingest: createClient(IngestService, own), query: createClient(QueryService, own) };
    },
    async close() {
      const revoke =
        ({ keyId }: { readonly keyId: string }) =>
        async () => {
          await admin.revokeApiKey({ keyId });
        };
      const ended = made.splice(0);
      await inParallel(revokesAtOnce, ended.map(revoke));
      await removeProjects(
        stack,
        ended.map(({ projectId }) => projectId),
      );
    },
  };
}

/** True where the service says that the question can't be meant. */
export function isRefusal(error: unknown): error is ConnectError {
  return error instanceof ConnectError && error.code === Code.InvalidArgument;
}
