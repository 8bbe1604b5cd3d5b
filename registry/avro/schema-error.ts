/** What is wrong with a schema, and where. */
export class AvroSchemaError extends Error {
  override readonly name = "AvroSchemaError";

  /** `at` is a JSON pointer into the text. */
  constructor(message: string, at?: string) {
    super(at === undefined ? message : `${message} (at ${at === "" ? "the top" : at})`);
  }
}
