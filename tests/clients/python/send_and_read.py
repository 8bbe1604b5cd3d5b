"""Sends events with the generated Python client and reads them back.

    python send_and_read.py HOST:PORT INGEST_KEY QUERY_KEY PREFIX

Publishes two events in one call and two more as a batch of a stream, their ids beginning with PREFIX, waits until
all four are stored, and prints one line of JSON: {"unary": [outcomes], "stream": [outcomes], "stored": {id: {...}}}.
"""

import json
import sys
import time

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from tideline.event.v1 import event_pb2, verdict_pb2
from tideline.ingest.v1 import ingest_service_pb2, ingest_service_pb2_grpc
from tideline.query.v1 import query_service_pb2, query_service_pb2_grpc

DEADLINE_S = 10
STORED_WITHIN_S = 30


def bearer(key):
    return (("authorization", f"Bearer {key}"),)


def make_event(prefix, number):
    now = Timestamp()
    now.GetCurrentTime()
    properties = json.dumps({"number": number, "text": "naïve ☃"})
    return event_pb2.Event(
        event_id=f"{prefix}-{number}",
        type="client_python",
        user_id=f"{prefix}-user",
        client_time=now,
        properties=properties,
        context=event_pb2.Context(locale="de-AT", library="python"),
    )


def outcomes(verdicts):
    return [verdict_pb2.Outcome.Name(verdict.outcome) for verdict in verdicts]


def publish(channel, key, prefix):
    ingest = ingest_service_pb2_grpc.IngestServiceStub(channel)
    unary = ingest.PublishEvents(
        ingest_service_pb2.PublishEventsRequest(events=[make_event(prefix, 1), make_event(prefix, 2)]),
        metadata=bearer(key),
        timeout=DEADLINE_S,
    )
    batch = ingest_service_pb2.PublishStreamRequest(
        batch_id=7, events=[make_event(prefix, 3), make_event(prefix, 4)]
    )
    (answer,) = ingest.PublishStream(iter([batch]), metadata=bearer(key), timeout=DEADLINE_S)
    assert answer.batch_id == 7, answer
    return outcomes(unary.verdicts), outcomes(answer.verdicts)


def read_back(channel, key, prefix, count):
    query = query_service_pb2_grpc.QueryServiceStub(channel)
    request = query_service_pb2.ListEventsRequest(user_id=f"{prefix}-user")
    until = time.monotonic() + STORED_WITHIN_S
    while True:
        events = query.ListEvents(request, metadata=bearer(key), timeout=DEADLINE_S).events
        if len(events) >= count or time.monotonic() > until:
            return events
        time.sleep(0.1)


def main(address, ingest_key, query_key, prefix):
    with grpc.insecure_channel(address) as channel:
        unary, stream = publish(channel, ingest_key, prefix)
        stored = {
            event.event_id: {
                "type": event.type,
                "properties": json.loads(event.properties),
                "locale": event.locale,
            }
            for event in read_back(channel, query_key, prefix, 4)
        }
    print(json.dumps({"unary": unary, "stream": stream, "stored": stored}))


if __name__ == "__main__":
    main(*sys.argv[1:])
