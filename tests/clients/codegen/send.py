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
                position=events.PageVisitedPosition(
                    latitude=1.5, longitude=-0.25, item_4=None, rest=[events.PageVisitedPlace(name="by")]
                ),
                pair=events.PageVisitedPair(item_1=9, item_2=events.PageVisitedPairItem2.B),
                item=events.PageVisitedItem(id="i", price=2.5, parts=[events.PageVisitedThing(id="j")]),
            ),
            about("visit"),
        ),
        tracker.order_placed(
            events.OrderPlaced(
                order_id="A-1",
                status=events.OrderPlacedStatus.PAID,
                lines=[
                    events.OrderPlacedLine(
                        sku="a",
                        quantity=4294967295,
                        discount=events.OrderPlacedLineDiscount(
                            kind=events.OrderPlacedLineDiscountKind.PERCENT, by=12.5
                        ),
                        parts=[events.OrderPlacedLine(sku="b", quantity=1)],
                    )
                ],
                by_shelf={"top": events.OrderPlacedLine(sku="c")},
                by_number={-9007199254740993: "x"},
                by_flag={True: 18446744073709551615},
                by_step={7: events.OrderPlacedStatus.OPEN},
                coupon="",
                before=events.OrderPlacedStatus.UNSPECIFIED,
                tries=0,
                total_cents=9223372036854775807,
                big=18446744073709551615,
                delta=-9223372036854775808,
                mark=5,
                drift=-5,
                code=4294967295,
                shift=-2147483648,
                step=-1,
                rate=0.5,
                score=-0.0025,
                gift=True,
                token=b"\x00\xff\x10\x01",
                placed_at=at_utc,
                took=datetime.timedelta(seconds=-1.5),
                note="",
                points=9007199254740993,
                rank=0,
                agreed=False,
                seal=b"\xfb\xef",
                share=0.25,
                extra={"deep": [None, "y"]},
                anything=[1, "x"],
                list_=[True, {"a": 1}],
                other={"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"},
                changed="orderId,status",
                nothing=events.OrderPlacedEmpty(),
                stops=[at_utc.replace(microsecond=0)],
                pages=[b"\x01", b""],
                payment=events.OrderPlacedPaymentPointsSpent(9007199254740993),
                n2nd_name="old",
                elsewhere=events.OrderPlacedOther(
                    payment="p",
                    only=events.OrderPlacedOtherOnlyOrder(events.OrderPlaced(order_id="in")),
                ),
            ),
            about("order"),
        ),
        tracker.order_placed(events.OrderPlaced(), about("bare")),
        tracker.signal(
            events.Signal(
                class_="c",
                type_=0,
                mood=events.SignalMood.NONE,
                inner=events.SignalInner(
                    again=events.Signal(
                        class_="d", type_=-1, mood=events.SignalMood.OPTION, inner=events.SignalInner()
                    )
                ),
                part=events.SignalPart(on=False),
                v=events.SignalVSelf("me"),
                added="x",
            ),
            about("signal"),
        ),
    ]

verdicts = [future.result() for future in sent]
print(json.dumps({one.event_id: one.fault.message if one.fault else one.outcome for one in verdicts}))
