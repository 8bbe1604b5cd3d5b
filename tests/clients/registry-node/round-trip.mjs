// Registry clients that others wrote, against a registry: registers, serializes, deserializes, evolves, and is refused.
//
//   node round-trip.mjs FOLDER URL KEY PREFIX
//
// FOLDER is where the packages are installed; subjects begin with PREFIX. Prints one line of JSON: by client and
// language what was read back, the versions of the subject, and how a breaking schema was refused.
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, url, key, prefix] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const {
  AvroDeserializer,
  AvroSerializer,
  JsonDeserializer,
  JsonSerializer,
  ProtobufDeserializer,
  ProtobufSerializer,
  SchemaRegistryClient,
  SerdeType,
} = require("@confluentinc/schemaregistry");
const { createFileRegistry, createMutableRegistry, create, fromJson } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const kafkajs = require("@kafkajs/confluent-schema-registry");

/** A client that has cached nothing. */
function openClient() {
  const basicAuthCredentials = { credentialsSource: "USER_INFO", userInfo: `${key}:` };
  return SchemaRegistryClient.newClient({ baseURLs: [url], basicAuthCredentials });
}

/** How a call was refused: HTTP status and error code. */
async function refusalOf(call) {
  try {
    return { accepted: await call };
  } catch (error) {
    return [error.status ?? error.response?.status, error.errorCode ?? error.response?.data?.error_code];
  }
}

const hasHeader = (bytes, id) => bytes[0] === 0 && bytes.readInt32BE(1) === id;

const record = (...fields) =>
  JSON.stringify({
    type: "record",
    name: "Order",
    namespace: "shop",
    fields: [{ name: "id", type: "string" }, ...fields],
  });

async function avro() {
  const topic = `${prefix}/avro`;
  const subject = `${topic}-value`;
  const client = openClient();
  const first = { schemaType: "AVRO", schema: record() };
  const second = { schemaType: "AVRO", schema: record({ name: "amount", type: "double", default: 1.5 }) };
  const third = {
    schemaType: "AVRO",
    schema: record({ name: "amount", type: "double" }, { name: "x", type: "int" }),
  };
  const id = await client.register(subject, first);
  const serializer = new AvroSerializer(client, SerdeType.VALUE, { useLatestVersion: true });
  const bytes = await serializer.serialize(topic, { id: "a" });
  const written = await new AvroDeserializer(openClient(), SerdeType.VALUE, {}).deserialize(topic, bytes);
  await client.register(subject, second);
  // The reader's schema is the newest one: the default is filled in.
  const reader = new AvroDeserializer(openClient(), SerdeType.VALUE, { useLatestVersion: true });
  return {
    header: hasHeader(bytes, id),
    written: { ...written },
    read: { ...(await reader.deserialize(topic, bytes)) },
    versions: await client.getAllVersions(encodeURIComponent(subject)),
    compatible: await client.testSubjectCompatibility(subject, third),
    refused: await refusalOf(client.register(subject, third)),
  };
}

const object = (properties, required) =>
  JSON.stringify({ type: "object", title: "Order", properties, required, additionalProperties: false });

async function json() {
  const topic = `${prefix}-json`;
  const subject = `${topic}-value`;
  const client = openClient();
  const id = { type: "string" };
  const first = { schemaType: "JSON", schema: object({ id }, ["id"]) };
  const second = { schemaType: "JSON", schema: object({ id, amount: { type: "number" } }, ["id"]) };
  const third = { schemaType: "JSON", schema: object({ id: { type: "integer" } }, ["id"]) };
  const registered = await client.register(subject, first);
  const serializer = new JsonSerializer(client, SerdeType.VALUE, { useLatestVersion: true, validate: true });
  const bytes = await serializer.serialize(topic, { id: "a" });
  const deserializer = new JsonDeserializer(openClient(), SerdeType.VALUE, { validate: true });
  const written = await deserializer.deserialize(topic, bytes);
  await client.register(subject, second);
  const later = new JsonSerializer(openClient(), SerdeType.VALUE, { useLatestVersion: true, validate: true });
  const laterBytes = await later.serialize(topic, { id: "b", amount: 2 });
  return {
    header: hasHeader(bytes, registered),
    written,
    read: await deserializer.deserialize(topic, laterBytes),
    versions: await client.getAllVersions(subject),
    compatible: await client.testSubjectCompatibility(subject, third),
    refused: await refusalOf(client.register(subject, third)),
  };
}

const stringField = (name, number, more = {}) => ({
  name,
  number,
  label: "LABEL_OPTIONAL",
  type: "TYPE_STRING",
  jsonName: name,
  ...more,
});

/** Two files, the second importing the first, as a compiler of .proto files would give them. */
function files(...more) {
  const ofCustomer = { type: "TYPE_MESSAGE", typeName: ".shop.Customer" };
  return createFileRegistry(
    fromJson(FileDescriptorSetSchema, {
      file: [
        {
          name: `${prefix}/customer.proto`,
          package: "shop",
          messageType: [{ name: "Customer", field: [stringField("name", 1)] }],
          syntax: "proto3",
        },
        {
          name: `${prefix}/order.proto`,
          package: "shop",
          dependency: [`${prefix}/customer.proto`],
          messageType: [
            { name: "Other", field: [stringField("x", 1)] },
            { name: "Order", field: [stringField("id", 1), stringField("customer", 2, ofCustomer), ...more] },
          ],
          syntax: "proto3",
        },
      ],
    }),
  );
}

async function protobuf() {
  const topic = `${prefix}-protobuf`;
  const send = async (client, registry, fields) => {
    const type = registry.getMessage("shop.Order");
    const conf = { autoRegisterSchemas: true, registry: createMutableRegistry(type) };
    const serializer = new ProtobufSerializer(client, SerdeType.VALUE, conf);
    return await serializer.serialize(topic, create(type, fields));
  };
  const read = async (bytes) => {
    const message = await new ProtobufDeserializer(openClient(), SerdeType.VALUE, {}).deserialize(
      topic,
      bytes,
    );
    const { id, customer, note } = message;
    return { id, customer: customer?.name, ...(note === undefined ? {} : { note }) };
  };
  const customer = (registry) => create(registry.getMessage("shop.Customer"), { name: "ada" });
  const client = openClient();
  const first = files();
  const bytes = await send(client, first, { id: "a", customer: customer(first) });
  const second = files(stringField("note", 3));
  const laterBytes = await send(openClient(), second, { id: "b", customer: customer(second), note: "n" });
  const breaking =
    'syntax = "proto3"; package shop; message Other { string x = 1; } message Order { int32 id = 1; }';
  const third = { schemaType: "PROTOBUF", schema: breaking };
  const subject = `${topic}-value`;
  const { id } = await client.getSchemaMetadata(subject, 1);
  return {
    header: hasHeader(bytes, id),
    written: await read(bytes),
    read: await read(laterBytes),
    versions: await client.getAllVersions(subject),
    compatible: await client.testSubjectCompatibility(subject, third),
    refused: await refusalOf(client.register(subject, third)),
  };
}

async function ofKafkajs() {
  const options = { host: url, auth: { username: key, password: "" } };
  const open = () => new kafkajs.SchemaRegistry(options, {});
  const registry = open();
  const subject = `${prefix}-kafkajs-value`;
  const { id } = await registry.register({ type: "AVRO", schema: record() }, { subject });
  const bytes = await registry.encode(id, { id: "a" });
  const second = record({ name: "amount", type: "double", default: 1.5 });
  await registry.register({ type: "AVRO", schema: second }, { subject });
  const third = record({ name: "x", type: "int" });
  return {
    header: hasHeader(bytes, id),
    written: { ...(await open().decode(bytes)) },
    latest: (await open().getLatestSchemaId(subject)) > id,
    refused:
      (await refusalOf(registry.register({ type: "AVRO", schema: third }, { subject })))[0] ?? "refused",
  };
}

console.log(
  JSON.stringify({
    avro: await avro(),
    json: await json(),
    protobuf: await protobuf(),
    kafkajs: await ofKafkajs(),
  }),
);
