// Messages of any descriptor with random content.
import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

type Random = (below: number) => number;

const scalarOf = (type: ScalarType, random: Random, isText: boolean): unknown => {
  const wide = [0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n][random(6)] ?? 0n;
  const narrow = [0, 1, -1, 300, 2 ** 31 - 1, -(2 ** 31)][random(6)] ?? 0;
  switch (type) {
    case ScalarType.STRING:
      return ["", "a", 'é\n"', "long ".repeat(20)][random(4)];
    case ScalarType.BYTES:
      return Uint8Array.from({ length: random(4) }, () => random(isText ? 128 : 256));
    case ScalarType.BOOL:
      return random(2) === 1;
    case ScalarType.DOUBLE:
      return [0, 1.5, -1e300, 0.1][random(4)];
    case ScalarType.FLOAT:
      return Math.fround([0, 1.5, -1e30, 0.1][random(4)] ?? 0);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return wide;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return wide < 0n ? 2n ** 64n - 1n : wide;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Math.abs(narrow);
    default:
      return narrow;
  }
};

/** Sets most fields to something, the odd value among it. `isText`: bytes are UTF-8. */
export function fillMessage(
  message: ReflectMessage,
  random: Random,
  { isText = false, depth = 0 }: { isText?: boolean; depth?: number } = {},
): void {
  for (const field of message.desc.fields) {
    if (random(3) === 0) continue;
    const one = (of: {
      scalar?: ScalarType | undefined;
      enum?: DescField["enum"];
      message?: DescMessage | undefined;
    }): unknown => {
      if (of.enum !== undefined) return of.enum.values[random(of.enum.values.length)]?.number ?? 0;
      if (of.message === undefined) return scalarOf(of.scalar ?? ScalarType.INT32, random, isText);
      const inner = reflect(of.message, create(of.message));
      if (depth < 4) fillMessage(inner, random, { isText, depth: depth + 1 });
      return inner;
    };
    if (field.fieldKind === "list") {
      const list = message.get(field);
      for (let count = random(3); count > 0; count--) list.add(one(field) as never);
    } else if (field.fieldKind === "map") {
      const map = message.get(field);
      for (let count = random(3); count > 0; count--)
        map.set(scalarOf(field.mapKey, random, isText) as never, one(field) as never);
    } else message.set(field, one(field) as never);
  }
}
