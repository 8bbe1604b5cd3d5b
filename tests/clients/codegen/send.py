"""Sends one event of each kind with the generated tracker and prints the verdicts, by their ids."""

import datetime
import decimal
import json
import sys
import uuid

import events
import tideline_client as tideline

url, key, prefix = sys.argv[1:]


def about(name: str) -> tideline.EventOptions:
    return tideline.EventOptions(event_id=f"{prefix}-{name}", user_id=prefix)


at = datetime.datetime(2026, 3, 1, 12, 0, 0, 250_000)
at_utc = at.replace(tzinfo=datetime.timezone.utc)
some_id = uuid.UUID("018f4e2a-0000-7000-8000-0123456789ab")

with tideline.Client(url, key) as client:
    tracker = events.Tracker(client)
    sent = [
        tracker.purchase(
            events.Purchase(
                amount=12.5,
                currency=events.PurchaseCurrency.USD,
                coupon="naïve ☃",
                quantity=3,
                items=[events.PurchaseItem(sku="a", price=decimal.Decimal("-3.50"))],
            ),
            about("full"),
        ),
        tracker.purchase(
            events.Purchase(amount=-0.25, currency=events.PurchaseCurrency.EUR, items=[]), about("short")
        ),
        tracker.every_thing(
            events.EveryThing(
                boolean=True,
                long=9007199254740993,
                float_=1.5,
                bytes_=b"\x00\xff",
                fixed=b"abcd",
                again=b"wxyz",
                map={"a": 1, "b": None},
                deep=[{"k": ["x", "y"]}],
                decimal=decimal.Decimal("-12.345"),
                uuid=some_id,
                uuid_fixed=some_id,
                date=at.date(),
                time_millis=datetime.time(1, 2, 3, 4_000),
                time_micros=datetime.time(1, 2, 3, 4_000),
                at_millis=at_utc,
                at_micros=at_utc,
                at_nanos=at_utc,
                local_millis=at,
                local_micros=at,
                lasting=tideline.AvroDuration(months=1, days=2, milliseconds=3),
                either=events.EveryThingEitherLong(7),
                perhaps=events.EveryThingPerhapsInner(events.EveryThingInner(x=5)),
                stated_null=None,
                stated_default="said",
                tree=events.EveryThingNode(
                    value=1,
                    next=events.EveryThingNode(value=2),
                    children=[events.EveryThingNode(value=3)],
                ),
                unknown_logical="z",
            ),
            about("every"),
        ),
        tracker.page_visited(
            events.PageVisited(
                url="https://example.com/",
                kind=events.PageVisitedKind.AGAIN2,
                n2fa=True,
                naïve=1.5,
                购买=3,
                tags=["a", 'b"'],
                when=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc),
                day=at.date(),
                scores={"x": 1},
                extra={"deep": [None, "y"]},
                mixed=events.PageVisitedMixed.TRUE,
                amount=events.PageVisitedAmountPlace(
                    events.PageVisitedPlace(name="here", within=events.PageVisitedPlace(name="there"))
                ),
            ),
            about("visit"),
        ),
    ]

verdicts = [future.result() for future in sent]
print(json.dumps({one.event_id: one.fault.message if one.fault else one.outcome for one in verdicts}))
