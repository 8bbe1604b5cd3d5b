import * as grpc from "@grpc/grpc-js";
import type { ReadBudget, Reading } from "./read-budget.js";

export interface GrpcReadingOptions {
  readonly budget: ReadBudget;
  /**
   * Lets a call of a path in before its message is read; who it is. Undefined for paths that are not ours.
   * @throws what `statusOf` reads
   */
  readonly ownerOf: (path: string, metadata: grpc.Metadata) => Promise<string> | undefined;
  readonly statusOf: (
    cause: unknown,
    path: string,
  ) => Pick<grpc.StatusObject, "code" | "details" | "metadata">;
}

/** Admits calls before their messages are read, and counts what is read until each message is whole. */
export function gatedReading({ budget, ownerOf, statusOf }: GrpcReadingOptions): grpc.ServerInterceptor {
  return ({ path }, call) => {
    let reading: Reading | undefined;
    const refuse = (cause: unknown): void => call.sendStatus(statusOf(cause, path));
    const listener = new grpc.ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const owner = ownerOf(path, metadata);
        if (owner === undefined) return next(metadata);
        owner.then((name) => {
          reading = budget.open(name);
          countReading(call, reading, refuse);
          next(metadata);
        }, refuse);
      })
      .withOnCancel(() => reading?.giveBack())
      .build();
    const responder = new grpc.ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((status, next) => {
        reading?.giveBack();
        next(status);
      })
      .build();
    return new grpc.ServerInterceptingCall(call, responder);
  };
}

interface Decoder {
  /** Takes a piece of the stream; the messages that it completes. */
  write(data: Buffer): Buffer[];
}

/**
 * grpc-js tells nobody of a message before it is whole; what collects its pieces is asked instead. The version is
 * pinned, and a spec fails where it is not found.
 */
function countReading(
  call: grpc.ServerInterceptingCallInterface,
  reading: Reading,
  refuse: (cause: unknown) => void,
): void {
  const decoder = Reflect.get(call, "decoder") as Decoder | undefined;
  if (decoder === undefined) return;
  const write = decoder.write.bind(decoder);
  let isRefused = false;
  decoder.write = (data) => {
    if (isRefused) return [];
    try {
      reading.take(data.length);
    } catch (cause) {
      isRefused = true;
      refuse(cause);
      return [];
    }
    const messages = write(data);
    // What is whole is the method's to bound.
    if (messages.length > 0) reading.giveBack();
    return messages;
  };
}
