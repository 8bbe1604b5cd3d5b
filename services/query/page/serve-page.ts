import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRoute } from "../../../platform/serve/plain-routes.js";
import { type PageFile, PageFiles } from "./files.js";

/** Scripts and data from this address alone; styles may be written in place, as charts do. */
const securityHeaders = {
  "content-security-policy": [
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const notBuilt = "Tideline runs. Its page is not built: `npx vite build web` builds it.\n";

/** Serves the built page at every path that is nothing else's. */
export function pageRoute(folder: string): HttpRoute {
  const files = new PageFiles(folder);
  return {
    method: "GET",
    path: "/*",
    access: "public",
    handle: async (request, response) => {
      // Read by any origin it would be the page's own data; the page itself needs no other origin.
      response.removeHeader("access-control-allow-origin");
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
      const path = pathOf(request.url ?? "/");
      const found = path === undefined ? undefined : await files.file(path === "/" ? "/index.html" : path);
      if (found !== undefined) return send(found, request, response);
      // The page has its own paths; what looks like a file or an interface is none of them.
      const index = await files.file("/index.html");
      const isFile = path === undefined || /\.[^/]*$/.test(path) || path.startsWith("/v1/");
      if (index !== undefined && !isFile) return send(index, request, response);
      const status = index === undefined && path === "/" ? 200 : 404;
      const text = index === undefined ? notBuilt : "There is nothing here.\n";
      response.writeHead(status, {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "no-store",
      });
      response.end(request.method === "HEAD" ? undefined : text);
    },
  };
}

/** The path of a request's address, unescaped; undefined where it can't be one. */
function pathOf(url: string): string | undefined {
  const [path = "/"] = url.split(/[?#]/, 1);
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function send(file: PageFile, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("etag", file.etag);
  response.setHeader("vary", "accept-encoding");
  response.setHeader("cache-control", file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers["if-none-match"]?.split(/\s*,\s*/).includes(file.etag))
    return void response.writeHead(304).end();
  const takesZip = /(?:^|[\s,])gzip(?:$|[\s,;])/.test(request.headers["accept-encoding"] ?? "");
  const zipped = takesZip ? file.zipped : undefined;
  if (zipped !== undefined) response.setHeader("content-encoding", "gzip");
  const body = zipped ?? file.bytes;
  response.writeHead(200, { "content-type": file.type, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}
