"""Confluent's Python client against a registry: registers, serializes, deserializes, evolves, and is refused.

    python round_trip.py URL KEY PREFIX

Subjects begin with PREFIX. Prints one line of JSON: by language what was read back, the versions of the subject, and
how a breaking schema was refused.
"""

import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

url, key, prefix = sys.argv[1:]


def open_client():
    """A client that has cached nothing; the key is the password here."""
    return SchemaRegistryClient({"url": url, "basic.auth.user.info": f"any:{key}"})


def has_header(data, schema_id):
    return data[0] == 0 and int.from_bytes(data[1:5], "big") == schema_id


def refusal_of(client, subject, schema):
    try:
        return {"accepted": client.register_schema(subject, schema)}
    except SchemaRegistryError as error:
        return [error.http_status_code, error.error_code]


def outcome(client, topic, data, *, written, read, breaking):
    subject = f"{topic}-value"
    return {
        "header": has_header(data, client.get_version(subject, 1).schema_id),
        "written": written,
        "read": read,
        "versions": client.get_versions(subject),
        "compatible": client.test_compatibility(subject, breaking),
        "refused": refusal_of(client, subject, breaking),
    }


def record(*fields):
    every = [{"name": "id", "type": "string"}, *fields]
    return json.dumps({"type": "record", "name": "Order", "namespace": "shop", "fields": every})


def avro():
    topic = f"{prefix}/avro"
    value = SerializationContext(topic, MessageField.VALUE)
    client = open_client()
    data = AvroSerializer(client, record())({"id": "a"}, value)
    written = AvroDeserializer(open_client())(data, value)
    later = record({"name": "amount", "type": "double", "default": 1.5})
    client.register_schema(f"{topic}-value", Schema(later, "AVRO"))
    read = AvroDeserializer(open_client(), later)(data, value)
    breaking = Schema(record({"name": "x", "type": "int"}), "AVRO")
    return outcome(client, topic, data, written=written, read=read, breaking=breaking)


def schema_object(properties):
    schema = {"type": "object", "title": "Order", "properties": properties, "additionalProperties": False}
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **schema})


def json_schema():
    topic = f"{prefix}-json"
    value = SerializationContext(topic, MessageField.VALUE)
    client = open_client()
    first = schema_object({"id": {"type": "string"}})
    second = schema_object({"id": {"type": "string"}, "amount": {"type": "number"}})
    data = JSONSerializer(first, client)({"id": "a"}, value)
    written = JSONDeserializer(None, schema_registry_client=open_client())(data, value)
    later = JSONSerializer(second, client)({"id": "b", "amount": 2}, value)
    read = JSONDeserializer(None, schema_registry_client=open_client())(later, value)
    breaking = Schema(schema_object({"id": {"type": "integer"}}), "JSON")
    return outcome(client, topic, data, written=written, read=read, breaking=breaking)


def order_class(*names):
    """The class of a message with these string fields, as a compiler of .proto files would give it."""
    field = descriptor_pb2.FieldDescriptorProto
    message = descriptor_pb2.DescriptorProto(name="Order")
    for number, name in enumerate(names, 1):
        message.field.add(name=name, number=number, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    file = descriptor_pb2.FileDescriptorProto(
        name="shop/order.proto", package="shop", syntax="proto3", message_type=[message]
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Order"))


def protobuf():
    topic = f"{prefix}-protobuf"
    value = SerializationContext(topic, MessageField.VALUE)
    conf = {"use.deprecated.format": False}
    client = open_client()
    first, second = order_class("id"), order_class("id", "note")
    data = ProtobufSerializer(first, client, conf)(first(id="a"), value)
    later = ProtobufSerializer(second, client, conf)(second(id="b", note="n"), value)

    def read(message_class, given):
        message = ProtobufDeserializer(message_class, conf, open_client())(given, value)
        return {descriptor.name: content for descriptor, content in message.ListFields()}

    breaking = Schema('syntax = "proto3"; package shop; message Order { int32 id = 1; }', "PROTOBUF")
    written, read_later = read(first, data), read(second, later)
    return outcome(client, topic, data, written=written, read=read_later, breaking=breaking)


print(json.dumps({"avro": avro(), "json": json_schema(), "protobuf": protobuf()}))
