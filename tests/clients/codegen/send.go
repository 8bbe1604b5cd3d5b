// Command send sends one event of each kind with the generated tracker and prints the verdicts, by their ids.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"example.test/send/events"
	tideline "tideline.dev/clients/go"
)

func main() {
	if err := send(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func send(url, key, prefix string) error {
	client, err := tideline.New(tideline.Options{URL: url, Key: key})
	if err != nil {
		return err
	}
	tracker := events.NewTracker(client)
	var receipts []*tideline.Receipt
	keep := func(receipt *tideline.Receipt, err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		receipts = append(receipts, receipt)
	}
	about := func(name string) *tideline.EventOptions {
		return &tideline.EventOptions{EventID: prefix + "-" + name, UserID: prefix}
	}
	at := time.Date(2026, time.March, 1, 12, 0, 0, 250_000_000, time.UTC)
	keep(tracker.Purchase(events.Purchase{
		Amount:   12.5,
		Currency: events.PurchaseCurrencyUsd,
		Coupon:   tideline.Ptr("naïve ☃"),
		Quantity: tideline.Ptr(int32(3)),
		Items:    []events.PurchaseItem{{Sku: "a", Price: tideline.MustDecimal("-3.50")}},
	}, about("full")))
	keep(tracker.Purchase(events.Purchase{Amount: -0.25, Currency: events.PurchaseCurrencyEur}, about("short")))
	keep(tracker.EveryThing(events.EveryThing{
		Boolean:        true,
		Long:           9007199254740993,
		Float:          1.5,
		Bytes:          []byte{0, 255},
		Fixed:          []byte("abcd"),
		Again:          []byte("wxyz"),
		Map:            map[string]*int64{"a": tideline.Ptr(int64(1)), "b": nil},
		Deep:           []map[string][]string{{"k": {"x", "y"}}},
		Decimal:        tideline.MustDecimal("-12.345"),
		Uuid:           "018f4e2a-0000-7000-8000-0123456789ab",
		UuidFixed:      "018f4e2a-0000-7000-8000-0123456789ab",
		Date:           tideline.DateOf(at),
		TimeMillis:     time.Hour + 2*time.Minute + 3*time.Second + 4*time.Millisecond,
		TimeMicros:     time.Hour + 2*time.Minute + 3*time.Second + 4*time.Millisecond,
		AtMillis:       at,
		AtMicros:       at,
		AtNanos:        at,
		LocalMillis:    at,
		LocalMicros:    at,
		Lasting:        tideline.Duration{Months: 1, Days: 2, Milliseconds: 3},
		Either:         events.EveryThingEitherLong{Value: 7},
		Perhaps:        events.EveryThingPerhapsInner{Value: events.EveryThingInner{X: 5}},
		StatedDefault:  tideline.Ptr("said"),
		Tree:           events.EveryThingNode{Value: 1, Next: &events.EveryThingNode{Value: 2}, Children: []events.EveryThingNode{{Value: 3}}},
		UnknownLogical: "z",
	}, about("every")))
	keep(tracker.PageVisited(events.PageVisited{
		Url:    "https://example.com/",
		Kind:   events.PageVisitedKindAgain2,
		N2fa:   true,
		Naïve:  tideline.Ptr(1.5),
		X购买:    tideline.Ptr(int64(3)),
		Tags:   []string{"a", `b"`},
		When:   tideline.Ptr(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)),
		Day:    tideline.Ptr(tideline.DateOf(at)),
		Scores: map[string]float64{"x": 1},
		Extra:  map[string]any{"deep": []any{nil, "y"}},
		Mixed:  tideline.Ptr(events.PageVisitedMixedTrue),
		Amount: events.PageVisitedAmountPlace{
			Value: events.PageVisitedPlace{Name: "here", Within: &events.PageVisitedPlace{Name: "there"}},
		},
	}, about("visit")))
	ctx := context.Background()
	if err := client.Close(ctx); err != nil {
		return err
	}
	said := map[string]string{}
	for _, receipt := range receipts {
		verdict, err := receipt.Verdict(ctx)
		if err != nil {
			return err
		}
		said[verdict.EventID] = verdict.Outcome
		if verdict.Fault != nil {
			said[verdict.EventID] = verdict.Fault.Message
		}
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}
