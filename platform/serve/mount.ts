import type {
  DescMessage,
  DescMethod,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Access, Call } from "./call.js";

/** One function per method, whatever the transport. */
export type Methods<S extends DescService> = {
  [K in keyof S["method"]]: S["method"][K] extends DescMethod ? MethodOf<S["method"][K]> : never;
};

type MethodOf<M extends DescMethod> = M extends { methodKind: "unary"; input: infer I; output: infer O }
  ? Unary<AsMessage<I>, AsMessage<O>>
  : M extends { methodKind: "server_streaming"; input: infer I; output: infer O }
    ? ServerStreaming<AsMessage<I>, AsMessage<O>>
    : M extends { methodKind: "bidi_streaming"; input: infer I; output: infer O }
      ? BidiStreaming<AsMessage<I>, AsMessage<O>>
      : never;

type AsMessage<T> = T extends DescMessage ? T : never;

export type Unary<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  call: Call,
) => Promise<MessageInitShape<O>>;

export type ServerStreaming<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  call: Call,
) => AsyncIterable<MessageInitShape<O>>;

export type BidiStreaming<I extends DescMessage, O extends DescMessage> = (
  requests: AsyncIterable<MessageShape<I>>,
  call: Call,
) => AsyncIterable<MessageInitShape<O>>;

/** A unary method on encoded bytes, for the hot path: it checks its request itself. */
export type RawUnary = (body: Uint8Array, encoding: BodyEncoding, call: Call) => Promise<Uint8Array>;

/** A bidirectional method on encoded messages: it checks each of them itself. */
export type RawBidi = (bodies: AsyncIterable<Uint8Array>, call: Call) => AsyncIterable<Uint8Array>;

/** How a body is encoded: binary protobuf, or the JSON form of Connect. The answer has the same. */
export type BodyEncoding = "proto" | "json";

type RawMethods<S extends DescService> = {
  [K in keyof S["method"]]?: S["method"][K] extends { methodKind: "bidi_streaming" } ? RawBidi : RawUnary;
};

/** A service with its implementation, ready for every transport. */
export interface Mount {
  readonly service: DescService;
  readonly methods: Readonly<Record<string, AnyMethod>>;
  readonly access: Readonly<Record<string, Access>>;
  /** By the method's kind. */
  readonly raw: Readonly<Record<string, RawUnary | RawBidi>>;
}

/** A method as the transports see it: they pass on what the descriptor says, so the types fit by construction. */
export type AnyMethod = (request: never, call: Call) => Promise<unknown> | AsyncIterable<unknown>;

/**
 * Binds a service to its implementation; a method without an access rule does not compile.
 *
 * A method listed in `raw` is called with bytes wherever the messages are binary, and by Connect's unary protocol in
 * JSON; its typed form serves what else is JSON: streams, and gRPC-Web that asks for it.
 */
export function mount<S extends DescService>(
  service: S,
  methods: Methods<S>,
  access: Record<keyof S["method"], Access>,
  raw: RawMethods<S> = {},
): Mount {
  return {
    service,
    methods: methods as Record<string, AnyMethod>,
    access: access as Record<string, Access>,
    raw: raw as Record<string, RawUnary | RawBidi>,
  };
}

/** What a method asks of its caller. */
export function accessOf(mounted: Mount, method: DescMethod): Access {
  return mounted.access[method.localName] ?? "operator";
}

/** The mount of a method's service. @throws Error where nothing serves it: a bug */
export function mountOf(mounts: readonly Mount[], { parent, name }: DescMethod): Mount {
  const found = mounts.find(({ service }) => service.typeName === parent.typeName);
  if (found === undefined) throw new Error(`nothing serves ${parent.typeName}/${name}`);
  return found;
}
