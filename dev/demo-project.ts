import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AdminService } from "../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { Scope } from "../gen/ts/tideline/admin/v1/project_pb.js";
import type { Identity } from "./stack-file.js";

const projectName = "Demo shop";
const scopes = { ingest: Scope.INGEST, query: Scope.QUERY, admin: Scope.ADMIN } as const;
/** A key of the demo may send faster than the default lets: it also fills in 30 days at once. */
const eventsPerSecond = 100_000;

/** For so long a service may still be on its way behind the gateway. */
const patienceMs = 30_000;

/** Makes sure that the demo project and its keys exist, by the public API; gives back who they are. */
export async function ensureDemoProject(grpcUrl: string, identity: Identity): Promise<Identity> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ensureOnce(grpcUrl, identity);
    } catch (error) {
      // Safe to repeat: a project made in vain is found by its name.
      if (ConnectError.from(error).code !== Code.Unavailable || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function ensureOnce(grpcUrl: string, identity: Identity): Promise<Identity> {
  const admin = createClient(AdminService, createGrpcTransport({ baseUrl: grpcUrl }));
  const options = { headers: { authorization: `Bearer ${identity.operator}` }, timeoutMs: 20_000 };
  if (identity.project !== "" && (await exists())) return identity;

  const project = (await findByName()) ?? (await create());
  const keys = { ingest: "", query: "", admin: "" };
  for (const name of ["ingest", "query", "admin"] as const) {
    const request = { projectId: project, name: `demo ${name}`, scopes: [scopes[name]], eventsPerSecond };
    keys[name] = (await admin.createApiKey(request, options)).secret;
  }
  return { ...identity, project, keys };

  async function exists(): Promise<boolean> {
    try {
      await admin.getProject({ projectId: identity.project }, options);
      return true;
    } catch (error) {
      if (ConnectError.from(error).code === Code.NotFound) return false;
      throw error;
    }
  }

  async function findByName(): Promise<string | undefined> {
    let pageToken = "";
    do {
      const page = await admin.listProjects({ pageSize: 1000, pageToken }, options);
      const found = page.projects.find((candidate) => candidate.name === projectName);
      if (found) return found.projectId;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return undefined;
  }

  async function create(): Promise<string> {
    const { project: created } = await admin.createProject({ name: projectName }, options);
    if (!created) throw new Error("the admin service answered without a project");
    return created.projectId;
  }
}
