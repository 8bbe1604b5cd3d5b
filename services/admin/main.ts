import { systemClock } from "../../platform/clock.js";
import { openControl } from "../../platform/control/control.js";
import { openNats } from "../../platform/engines/nats.js";
import { openPostgres } from "../../platform/engines/postgres.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { type Life, runService } from "../../platform/run.js";
import { watchHealth } from "../../platform/serve/health.js";
import { serve } from "../../platform/serve/serve.js";
import type { Env } from "../../platform/settings.js";
import { startStatus } from "../../platform/status.js";
import { streamNames } from "../../platform/streams.js";
import { mountAdmin } from "./admin-routes.js";
import { readConfig } from "./config.js";
import { openDoor } from "./engines/grpc-door.js";
import { openKeyStore } from "./engines/postgres-keys.js";
import { openProjectStore } from "./engines/postgres-projects.js";
import { openQuarantineStore } from "./engines/postgres-quarantine.js";
import { openRegistered } from "./engines/registered.js";
import { startListing } from "./listing.js";
import { mountQuarantine } from "./quarantine-routes.js";

const SERVICE = "admin";

async function start(life: Life, env: Env): Promise<void> {
  const settings = readConfig(env);
  const { log } = life;
  const name = `${SERVICE} ${settings.instance}`;
  const database = { url: settings.databaseUrl, prepares: settings.databasePrepares, name };
  const pool = life.own("postgres", openPostgres(database), (it) => it.end());
  const nats = life.own("nats", await openNats({ url: settings.natsUrl, name }), (it) => it.close());
  const control = openControl({ pool, clock: systemClock, operatorKey: settings.operatorKey }, life);
  const { keys } = control;

  const probes = { postgres: () => pool.query("select 1"), nats: async () => nats.connected() };
  const health = life.own("health", watchHealth(probes), (it) => it.stop());
  const projects = openProjectStore(pool);
  const quarantine = openQuarantineStore(pool);
  const door = openDoor(settings.ingestUrl, settings.operatorKey);
  const secrets = new ProjectSecrets(settings.dataSecrets);
  const mounts = [
    mountAdmin({ projects, keys: openKeyStore(pool), clock: systemClock, secrets, log }),
    mountQuarantine({ quarantine, door, secrets, registered: openRegistered(pool, control, secrets) }),
  ];
  const serving = await serve({ service: SERVICE, settings, log, keys, health, mounts });
  life.onStop("serving", () => serving.stop());
  const names = streamNames(settings.prefix);
  const listing = startListing({ nats, names, log, quarantine });
  life.onStop("listing of the quarantine", () => listing.stop());
  const { instance } = settings;
  startStatus(
    { nats, names, service: SERVICE, instance, health, eventsHandled: listing.eventsHandled },
    life,
  );
}

await runService(SERVICE, process.env, start);
