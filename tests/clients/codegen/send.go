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
		Amount:   tideline.Ptr(12.5),
		Currency: events.PurchaseCurrencyUsd,
		Coupon:   tideline.Ptr("naïve ☃"),
		Quantity: tideline.Ptr(int32(3)),
		Items:    []events.PurchaseItem{{Sku: tideline.Ptr("a"), Price: tideline.MustDecimal("-3.50")}},
	}, about("full")))
	keep(tracker.Purchase(events.Purchase{Amount: tideline.Ptr(-0.25), Currency: events.PurchaseCurrencyEur}, about("short")))
	keep(tracker.EveryThing(events.EveryThing{
		Boolean:       tideline.Ptr(true),
		Long:          tideline.Ptr(int64(9007199254740993)),
		Float:         tideline.Ptr(float32(1.5)),
		Bytes:         []byte{0, 255},
		Fixed:         []byte("abcd"),
		Again:         []byte("wxyz"),
		Map:           map[string]*int64{"a": tideline.Ptr(int64(1)), "b": nil},
		Deep:          []map[string][]string{{"k": {"x", "y"}}},
		Decimal:       tideline.MustDecimal("-12.345"),
		Uuid:          "018f4e2a-0000-7000-8000-0123456789ab",
		UuidFixed:     "018f4e2a-0000-7000-8000-0123456789ab",
		Date:          tideline.DateOf(at),
		TimeMillis:    tideline.Ptr(time.Hour + 2*time.Minute + 3*time.Second + 4*time.Millisecond),
		TimeMicros:    tideline.Ptr(time.Hour + 2*time.Minute + 3*time.Second + 4*time.Millisecond),
		AtMillis:      at,
		AtMicros:      at,
		AtNanos:       at,
		LocalMillis:   at,
		LocalMicros:   at,
		Lasting:       &tideline.Duration{Months: 1, Days: 2, Milliseconds: 3},
		Either:        events.EveryThingEitherLong{Value: 7},
		Perhaps:       events.EveryThingPerhapsInner{Value: events.EveryThingInner{X: tideline.Ptr(int32(5))}},
		StatedDefault: tideline.Ptr("said"),
		Tree: &events.EveryThingNode{
			Value:    tideline.Ptr(int32(1)),
			Next:     &events.EveryThingNode{Value: tideline.Ptr(int32(2))},
			Children: []events.EveryThingNode{{Value: tideline.Ptr(int32(3))}},
		},
		UnknownLogical: tideline.Ptr("z"),
	}, about("every")))
	keep(tracker.PageVisited(events.PageVisited{
		Url:    tideline.Ptr("https://example.com/"),
		Kind:   events.PageVisitedKindAgain2,
		N2fa:   tideline.Ptr(true),
		Naïve:  tideline.Ptr(1.5),
		X购买:    tideline.Ptr(int64(3)),
		Tags:   []string{"a", `b"`},
		When:   tideline.Ptr(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)),
		Day:    tideline.Ptr(tideline.DateOf(at)),
		Scores: map[string]float64{"x": 1},
		Extra:  map[string]any{"deep": []any{nil, "y"}},
		Mixed:  tideline.Ptr(events.PageVisitedMixedTrue),
		Amount: events.PageVisitedAmountPlace{
			Value: events.PageVisitedPlace{
				Name:   tideline.Ptr("here"),
				Within: &events.PageVisitedPlace{Name: tideline.Ptr("there")},
			},
		},
		Position: &events.PageVisitedPosition{
			Latitude:  tideline.Ptr(1.5),
			Longitude: tideline.Ptr(-0.25),
			Rest:      []events.PageVisitedPlace{{Name: tideline.Ptr("by")}},
		},
		Pair: &events.PageVisitedPair{Item1: tideline.Ptr(int64(9)), Item2: events.PageVisitedPairItem2B},
		Item: &events.PageVisitedItem{
			Id:    tideline.Ptr("i"),
			Price: tideline.Ptr(2.5),
			Parts: []events.PageVisitedThing{{Id: tideline.Ptr("j")}},
		},
	}, about("visit")))
	keep(tracker.OrderPlaced(order(at), about("order")))
	keep(tracker.OrderPlaced(events.OrderPlaced{}, about("bare")))
	keep(tracker.Signal(events.Signal{
		Class: tideline.Ptr("c"),
		Type:  tideline.Ptr(int64(0)),
		Mood:  events.SignalMoodNone,
		Inner: &events.SignalInner{Again: &events.Signal{
			Class: tideline.Ptr("d"),
			Type:  tideline.Ptr(int64(-1)),
			Mood:  events.SignalMoodOption,
			Inner: &events.SignalInner{},
		}},
		Part:  &events.SignalPart{On: tideline.Ptr(false)},
		V:     events.SignalVSelf{Value: "me"},
		Added: tideline.Ptr("x"),
	}, about("signal")))
	if err := forgotten(tracker); err != nil {
		return err
	}
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

func order(at time.Time) events.OrderPlaced {
	return events.OrderPlaced{
		OrderId: "A-1",
		Status:  events.OrderPlacedStatusPaid,
		Lines: []events.OrderPlacedLine{{
			Sku:      "a",
			Quantity: 4294967295,
			Discount: &events.OrderPlacedLineDiscount{Kind: events.OrderPlacedLineDiscountKindPercent, By: 12.5},
			Parts:    []events.OrderPlacedLine{{Sku: "b", Quantity: 1}},
		}},
		ByShelf:    map[string]events.OrderPlacedLine{"top": {Sku: "c"}},
		ByNumber:   map[int64]string{-9007199254740993: "x"},
		ByFlag:     map[bool]uint64{true: 18446744073709551615},
		ByStep:     map[uint32]events.OrderPlacedStatus{7: events.OrderPlacedStatusOpen},
		Coupon:     tideline.Ptr(""),
		Before:     tideline.Ptr(events.OrderPlacedStatusUnspecified),
		Tries:      tideline.Ptr(int32(0)),
		TotalCents: 9223372036854775807,
		Big:        18446744073709551615,
		Delta:      -9223372036854775808,
		Mark:       5,
		Drift:      -5,
		Code:       4294967295,
		Shift:      -2147483648,
		Step:       -1,
		Rate:       0.5,
		Score:      -0.0025,
		Gift:       true,
		Token:      []byte{0, 255, 16, 1},
		PlacedAt:   &at,
		Took:       tideline.Ptr(-1500 * time.Millisecond),
		Note:       tideline.Ptr(""),
		Points:     tideline.Ptr(int64(9007199254740993)),
		Rank:       tideline.Ptr(uint64(0)),
		Agreed:     tideline.Ptr(false),
		Seal:       []byte{251, 239},
		Share:      tideline.Ptr(float32(0.25)),
		Extra:      map[string]any{"deep": []any{nil, "y"}},
		Anything:   []any{1, "x"},
		List:       []any{true, map[string]any{"a": 1}},
		Other:      map[string]any{"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"},
		Changed:    tideline.Ptr("orderId,status"),
		Nothing:    &events.OrderPlacedEmpty{},
		Stops:      []time.Time{at.Truncate(time.Second)},
		Pages:      [][]byte{{1}, {}},
		Payment:    events.OrderPlacedPaymentPointsSpent{Value: 9007199254740993},
		N2ndName:   "old",
		Elsewhere: &events.OrderPlacedOther{
			Payment: "p",
			Only:    events.OrderPlacedOtherOnlyOrder{Value: events.OrderPlaced{OrderId: "in"}},
		},
	}
}

// forgotten checks that what has to be stated is not sent as zero where a program forgets it.
func forgotten(tracker *events.Tracker) error {
	for said, send := range map[string]func() (*tideline.Receipt, error){
		"tideline: Purchase.Amount has to be stated": func() (*tideline.Receipt, error) {
			return tracker.Purchase(events.Purchase{Currency: events.PurchaseCurrencyEur}, nil)
		},
		"tideline: Purchase.Currency has to be stated": func() (*tideline.Receipt, error) {
			return tracker.Purchase(events.Purchase{Amount: tideline.Ptr(1.0)}, nil)
		},
		"tideline: PurchaseItem.Price has to be stated": func() (*tideline.Receipt, error) {
			return tracker.Purchase(events.Purchase{
				Amount:   tideline.Ptr(1.0),
				Currency: events.PurchaseCurrencyEur,
				Items:    []events.PurchaseItem{{Sku: tideline.Ptr("a")}},
			}, nil)
		},
		"tideline: PageVisited.Url has to be stated": func() (*tideline.Receipt, error) {
			return tracker.PageVisited(events.PageVisited{}, nil)
		},
		"tideline: SignalPart.On has to be stated": func() (*tideline.Receipt, error) {
			return tracker.Signal(events.Signal{
				Class: tideline.Ptr(""),
				Type:  tideline.Ptr(int64(0)),
				Mood:  events.SignalMoodNone,
				Inner: &events.SignalInner{},
				Part:  &events.SignalPart{},
			}, nil)
		},
	} {
		if _, err := send(); err == nil || err.Error() != said {
			return fmt.Errorf("expected %q, found %v", said, err)
		}
	}
	return nil
}
