import { type Life, runService } from "../../platform/run.js";
import { watchHealth } from "../../platform/serve/health.js";
import { serve } from "../../platform/serve/serve.js";
import type { Env } from "../../platform/settings.js";
import { startStatus } from "../../platform/status.js";
import { readConfig } from "./config.js";
import { openEngines, pageFolder } from "./engines/open.js";
import { graphqlRoutes } from "./graphql/route.js";
import { mountJobs } from "./jobs/job-routes.js";
import { pageRoute } from "./page/serve-page.js";
import { restRoutes } from "./rest/routes.js";
import { mountQuery } from "./routes.js";

const SERVICE = "query";

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { instance } = settings;
  const { ports, jobs, control, nats, names, probes } = await openEngines(
    settings,
    life,
    `${SERVICE} ${instance}`,
  );
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const mounts = [mountQuery(ports), mountJobs(jobs)];
  const serving = await serve({
    service: SERVICE,
    settings,
    log: life.log,
    keys: control.keys,
    health,
    mounts,
    routes: [...restRoutes(mounts), ...graphqlRoutes(mounts, life.log), pageRoute(pageFolder)],
  });
  life.onStop("serving", () => serving.stop());
  life.onStop("subscriptions", () => ports.hub.end());
  startStatus({ nats, names, service: SERVICE, instance, health, eventsHandled: () => 0 }, life);
}

await runService(SERVICE, process.env, start);
