import { engineUnavailable } from "../fault.js";
import { isPostgresAway } from "./postgres.js";

/**
 * Runs statements for a caller.
 * @throws Fault ENGINE_UNAVAILABLE where Postgres does not answer; what else is thrown stays as it is
 */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isPostgresAway(error) ? engineUnavailable("postgres", error) : error;
  }
}

/** Whether a statement was refused because a unique constraint of that name would not hold. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (!(error instanceof Error)) return false;
  return Reflect.get(error, "code") === "23505" && Reflect.get(error, "constraint") === constraint;
}
