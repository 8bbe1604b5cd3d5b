// What the load generator asks of the registry. Pure, so that both processes know the same schemas.

/** A kind of call; `index` counts from 0, and goes below it for those that warm up. */
export type Scenario = "by-id" | "check" | "check-again" | "register-new-subject" | "register-next-version";

export interface Filled {
  readonly subjects: number;
  readonly versions: number;
}

export interface RestCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

/** Ten fields and one more for each version, so that every version may follow the one before it. */
export const schemaText = (subject: number, version: number): string =>
  JSON.stringify({
    type: "record",
    name: "Order",
    namespace: `shop.s${subject}`,
    fields: [
      ...Array.from({ length: 10 }, (_, index) => ({ name: `field_${index}`, type: "long", default: index })),
      ...Array.from({ length: version }, (_, index) => ({ name: `added_${index}`, type: "int", default: 0 })),
    ],
  });

const asAvro = (text: string): object => ({ schemaType: "AVRO", schema: text });

/** The `index`th call: each of another subject or id, as long as there are enough. */
export function callOf(scenario: Scenario, index: number, { subjects, versions }: Filled): RestCall {
  // Those that warm up come from the other end.
  const at = index < 0 ? subjects * versions + index : index;
  const any = (at * 7_919) % subjects;
  const compare = (subject: number): RestCall => ({
    method: "POST",
    path: `/compatibility/subjects/type_${subject}/versions/latest`,
    body: asAvro(schemaText(subject, versions)),
  });
  switch (scenario) {
    case "by-id":
      return { method: "GET", path: `/schemas/ids/${((at * 7_919) % (subjects * versions)) + 1}` };
    case "check":
      return compare(any);
    case "check-again":
      return compare(at % Math.min(100, subjects));
    case "register-new-subject":
      return {
        method: "POST",
        path: `/subjects/new_${at}/versions`,
        body: asAvro(schemaText(1_000_000 + at, 0)),
      };
    case "register-next-version": {
      // One field more than the version before.
      const text = schemaText(any, versions + (index < 0 ? 0 : Math.floor(index / subjects)));
      return { method: "POST", path: `/subjects/type_${any}/versions`, body: asAvro(text) };
    }
  }
}
