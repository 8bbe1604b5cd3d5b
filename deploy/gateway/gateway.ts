/** The services behind the gateway. */
export type RoutedService = "ingestion" | "query" | "admin" | "registry";

/** One running instance of a service. */
export interface Instance {
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** The registry's REST face. */
  readonly restPort?: number;
}

/** Instances known by address, or as many as a name resolves to (compose and Kubernetes). */
export type Pool =
  | { readonly kind: "fixed"; readonly instances: readonly Instance[] }
  | { readonly kind: "name"; readonly instance: Instance; readonly slots: number };

export interface GatewayOptions {
  /** Addresses to listen on: everything, gRPC, and the registry's REST face. */
  readonly listen: Readonly<Record<"http" | "grpc" | "registry", readonly string[]>>;
  readonly pools: Readonly<Record<RoutedService, Pool>>;
  /** How long running calls may go on after it was told to stop. */
  readonly drainSeconds: number;
  /** The name server that pools of kind "name" ask, `host:port`. */
  readonly nameServer?: string;
}

interface Route {
  readonly service: RoutedService;
  /** Conditions on the path, any of which may hold. */
  readonly paths: readonly string[];
}

/** Which service answers a path. What is not here goes to query, which also serves the page and answers reflection. */
const routes: readonly Route[] = [
  {
    service: "ingestion",
    paths: ["path_beg /tideline.ingest.v1.", "path /v1/events"],
  },
  { service: "admin", paths: ["path_beg /tideline.admin.v1."] },
  { service: "registry", paths: ["path_beg /tideline.registry.v1."] },
];

/** Services with a method that streams both ways at once: over Connect that needs HTTP/2 all the way. */
const streamsBothWays: readonly RoutedService[] = ["ingestion"];
const fallback: RoutedService = "query";

const services: readonly RoutedService[] = ["ingestion", "query", "admin", "registry"];

/** HAProxy's configuration: the one gateway of the local stack, of compose and of a cluster. */
export function renderGateway(options: GatewayOptions): string {
  const sections = [
    preamble(options.drainSeconds),
    ...(options.nameServer === undefined ? [] : [resolvers(options.nameServer)]),
    publicFrontend(options.listen),
    registryFrontend(options.listen.registry),
    ...services.flatMap((service) => [
      grpcBackend(service, options.pools[service]),
      httpBackend(service, options.pools[service]),
      ...(streamsBothWays.includes(service) ? [h2Backend(service, options.pools[service])] : []),
    ]),
    restBackend(options.pools.registry),
  ];
  return `${sections.join("\n\n")}\n`;
}

const preamble = (drainSeconds: number) => `# Made by deploy/gateway/gateway.ts. HAProxy 2.6 or later.
global
  maxconn 8192
  log stdout format raw daemon notice
  # Room for the headers of one request; a request with more is refused with 400 or 431.
  tune.bufsize 65536
  tune.maxrewrite 4096
  tune.http.maxhdr 128
  hard-stop-after ${drainSeconds}s

defaults
  mode http
  log global
  option dontlognull
  option forwardfor
  option redispatch
  retries 2
  timeout connect 2s
  # A busy machine answers late: only a service that is gone or hangs is left out.
  timeout check 3s
  timeout check 3s
  timeout queue 5s
  timeout http-request 30s
  timeout http-keep-alive 75s
  # Streams may be silent for long: a subscription of a quiet project, an import that waits.
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
  timeout client-fin 30s`;

function resolvers(nameServer: string): string {
  return `resolvers names
  nameserver first ${nameServer}
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 2s
  hold nx 2s
  hold obsolete 2s`;
}

/** HTTP/1.1 and cleartext HTTP/2 share each port. */
function publicFrontend(listen: GatewayOptions["listen"]): string {
  const lines = [
    "frontend public",
    ...[...listen.http, ...listen.grpc].map((address) => `  bind ${address}`),
    "  monitor-uri /gateway/livez",
    "  acl is_grpc_web req.hdr(content-type) -m beg application/grpc-web",
    "  acl is_grpc req.hdr(content-type) -m beg application/grpc",
    "  acl is_stream req.hdr(content-type) -m beg application/connect+",
    ...routes.flatMap(({ service, paths }) => paths.map((path) => `  acl to_${service} ${path}`)),
    ...routes.flatMap(({ service }) => [
      `  use_backend ${service}_grpc if to_${service} is_grpc !is_grpc_web`,
      ...(streamsBothWays.includes(service)
        ? [`  use_backend ${service}_h2 if to_${service} is_stream`]
        : []),
      `  use_backend ${service}_http if to_${service}`,
    ]),
    `  use_backend ${fallback}_grpc if is_grpc !is_grpc_web`,
    `  default_backend ${fallback}_http`,
  ];
  return lines.join("\n");
}

function registryFrontend(addresses: readonly string[]): string {
  return [
    "frontend registry_rest",
    ...addresses.map((address) => `  bind ${address}`),
    "  default_backend registry_rest",
  ].join("\n");
}

/** A gRPC client is told of trouble by a status in the headers; any HTTP status but 200 would hide what it means. */
function grpcBackend(service: RoutedService, pool: Pool): string {
  return [
    `backend ${service}_grpc`,
    "  balance leastconn",
    ...healthCheck,
    ...[500, 502, 503, 504].map((status) => `  http-error status ${status} hdr grpc-status 14`),
    "  acl is_trouble status 500:599",
    "  http-after-response set-header content-type application/grpc if is_trouble",
    "  http-after-response set-header grpc-status 14 if is_trouble",
    `  http-after-response set-header grpc-message "${service} is not available" if is_trouble`,
    "  http-after-response set-status 200 if is_trouble",
    ...servers(service, pool, (instance) => ({ port: instance.grpcPort, more: "proto h2 check-proto h1" })),
  ].join("\n");
}

function h2Backend(service: RoutedService, pool: Pool): string {
  return [
    `backend ${service}_h2`,
    "  balance leastconn",
    ...healthCheck,
    ...unavailableAnswers(service),
    ...servers(service, pool, (instance) => ({ port: instance.httpPort, more: "proto h2 check-proto h1" })),
  ].join("\n");
}

function httpBackend(service: RoutedService, pool: Pool): string {
  return [
    `backend ${service}_http`,
    "  balance leastconn",
    ...healthCheck,
    ...unavailableAnswers(service),
    ...servers(service, pool, (instance) => ({ port: instance.httpPort, more: "" })),
  ].join("\n");
}

function restBackend(pool: Pool): string {
  return [
    "backend registry_rest",
    "  balance leastconn",
    ...healthCheck,
    ...restUnavailableAnswers,
    ...servers("registry", pool, (instance) => ({ port: instance.restPort ?? instance.httpPort, more: "" })),
  ].join("\n");
}

const healthCheck = ["  option httpchk GET /readyz", "  http-check expect status 200"];

const unavailableStatuses = [502, 503, 504];

/** JSON as Connect writes its errors. */
function unavailableAnswers(service: RoutedService): string[] {
  const body = JSON.stringify({ code: "unavailable", message: `${service} is not available` });
  const headers = 'hdr retry-after 1 hdr access-control-allow-origin "*"';
  return unavailableStatuses.map(
    (status) => `  http-error status ${status} content-type application/json string '${body}' ${headers}`,
  );
}

/** JSON as the registry's REST face writes its errors; its clients try the next address. */
const restUnavailableAnswers = unavailableStatuses.map((status) => {
  const body = JSON.stringify({ error_code: status, message: "the registry is not available" });
  const type = "application/vnd.schemaregistry.v1+json";
  return `  http-error status ${status} content-type ${type} string '${body}' hdr retry-after 1`;
});

function servers(
  service: RoutedService,
  pool: Pool,
  speak: (instance: Instance) => { port: number; more: string },
): string[] {
  const line = (instance: Instance, name: string, address: string) => {
    const { more } = speak(instance);
    const check = `check port ${instance.httpPort} inter 500ms fastinter 200ms fall 3 rise 1`;
    return `  ${name} ${address} ${more} ${check}`.replaceAll(/ +(?=\S)/g, " ").replace(/^ /, "  ");
  };
  if (pool.kind === "fixed") {
    return pool.instances.map((instance, index) =>
      line(instance, `server ${service}-${index + 1}`, `${instance.host}:${speak(instance).port}`),
    );
  }
  const { instance, slots } = pool;
  const address = `${instance.host}:${speak(instance).port}`;
  return [
    `${line(instance, `server-template ${service}- ${slots}`, address)} resolvers names init-addr none`,
  ];
}
