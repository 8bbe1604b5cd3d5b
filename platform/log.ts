import { type Logger, pino } from "pino";

export type Log = Logger;

/** The JSON log of a service: one line per fact of operation, never one per event. Secrets are never passed to it. */
export function createLog(service: string, level: string): Log {
  return pino({ level, base: { service, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime });
}
