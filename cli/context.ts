import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { Command } from "commander";
import { openClient } from "./client.js";
import type { CliConfig } from "./config.js";
import { findTarget, type KeyKind, type Target, type TargetOptions } from "./target.js";

/** What every command works with; options are read when a command runs, after they were parsed. */
export interface CommandContext {
  options(): TargetOptions;
  target(kind: KeyKind): Target;
  client<S extends DescService>(service: S, kind: KeyKind): Client<S>;
  /** The environment, for programs that a command starts. */
  readonly env: CliConfig["env"];
  /** The address last used, for messages. */
  address(): string;
}

/** Adds one command, or a group, to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void;

/** Options go before the environment. */
export function contextOf(program: Command, config: CliConfig): CommandContext {
  let address = "the server";
  const options = (): TargetOptions => ({ ...config, ...program.opts<Partial<TargetOptions>>() });
  const target = (kind: KeyKind): Target => {
    const found = findTarget(options(), kind);
    address = found.grpc.hostPort;
    return found;
  };
  return {
    options,
    env: config.env,
    target,
    client: (service, kind) => openClient(service, target(kind)),
    address: () => address,
  };
}
