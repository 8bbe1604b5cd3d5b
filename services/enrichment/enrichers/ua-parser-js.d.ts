// The part of ua-parser-js 1.x that is used here; the package has no types of its own.
declare module "ua-parser-js" {
  export class UAParser {
    constructor(userAgent: string);
    getBrowser(): { name?: string; version?: string; major?: string };
    getOS(): { name?: string; version?: string };
    getDevice(): { vendor?: string; model?: string; type?: string };
  }
}
