// Sends events with the generated Go client and reads them back.
//
//	go run . HOST:PORT INGEST_KEY QUERY_KEY PREFIX
//
// Publishes two events in one call and two more as a batch of a stream, their ids beginning with PREFIX, waits until
// all four are stored, and prints one line of JSON: {"unary": [outcomes], "stream": [outcomes], "stored": {id: {...}}}.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "tideline.dev/gen/go/tideline/event/v1"
	ingestv1 "tideline.dev/gen/go/tideline/ingest/v1"
	pipelinev1 "tideline.dev/gen/go/tideline/pipeline/v1"
	queryv1 "tideline.dev/gen/go/tideline/query/v1"
)

const (
	deadline     = 10 * time.Second
	storedWithin = 30 * time.Second
)

type storedEvent struct {
	Type       string          `json:"type"`
	Properties json.RawMessage `json:"properties"`
	Locale     string          `json:"locale"`
}

type answer struct {
	Unary  []string               `json:"unary"`
	Stream []string               `json:"stream"`
	Stored map[string]storedEvent `json:"stored"`
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: HOST:PORT INGEST_KEY QUERY_KEY PREFIX")
	}
	found, err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func run(address, ingestKey, queryKey, prefix string) (*answer, error) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	ingest := ingestv1.NewIngestServiceClient(connection)
	unary, err := publish(ingest, ingestKey, []*eventv1.Event{makeEvent(prefix, 1), makeEvent(prefix, 2)})
	if err != nil {
		return nil, fmt.Errorf("PublishEvents: %w", err)
	}
	stream, err := publishStream(ingest, ingestKey, []*eventv1.Event{makeEvent(prefix, 3), makeEvent(prefix, 4)})
	if err != nil {
		return nil, fmt.Errorf("PublishStream: %w", err)
	}
	events, err := readBack(queryv1.NewQueryServiceClient(connection), queryKey, prefix+"-user", 4)
	if err != nil {
		return nil, fmt.Errorf("ListEvents: %w", err)
	}
	found := &answer{Unary: unary, Stream: stream, Stored: map[string]storedEvent{}}
	for _, event := range events {
		found.Stored[event.EventId] = storedEvent{
			Type:       event.Type,
			Properties: json.RawMessage(event.Properties),
			Locale:     event.Locale,
		}
	}
	return found, nil
}

func withKey(key string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key), cancel
}

func makeEvent(prefix string, number int) *eventv1.Event {
	return &eventv1.Event{
		EventId:    fmt.Sprintf("%s-%d", prefix, number),
		Type:       "client_go",
		UserId:     prefix + "-user",
		ClientTime: timestamppb.Now(),
		Body:       &eventv1.Event_Properties{Properties: fmt.Sprintf(`{"number": %d, "text": "naïve ☃"}`, number)},
		Context:    &eventv1.Context{Locale: "de-AT", Library: "go"},
	}
}

func outcomes(verdicts []*eventv1.EventVerdict) []string {
	names := make([]string, len(verdicts))
	for i, verdict := range verdicts {
		names[i] = verdict.Outcome.String()
	}
	return names
}

func publish(ingest ingestv1.IngestServiceClient, key string, events []*eventv1.Event) ([]string, error) {
	ctx, cancel := withKey(key)
	defer cancel()
	response, err := ingest.PublishEvents(ctx, &ingestv1.PublishEventsRequest{Events: events})
	if err != nil {
		return nil, err
	}
	return outcomes(response.Verdicts), nil
}

func publishStream(ingest ingestv1.IngestServiceClient, key string, events []*eventv1.Event) ([]string, error) {
	ctx, cancel := withKey(key)
	defer cancel()
	stream, err := ingest.PublishStream(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&ingestv1.PublishStreamRequest{BatchId: 7, Events: events}); err != nil {
		return nil, err
	}
	if err := stream.CloseSend(); err != nil {
		return nil, err
	}
	response, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	if response.BatchId != 7 {
		return nil, fmt.Errorf("answer to batch %d", response.BatchId)
	}
	return outcomes(response.Verdicts), nil
}

func readBack(query queryv1.QueryServiceClient, key, user string, count int) ([]*pipelinev1.Event, error) {
	for until := time.Now().Add(storedWithin); ; time.Sleep(100 * time.Millisecond) {
		ctx, cancel := withKey(key)
		response, err := query.ListEvents(ctx, &queryv1.ListEventsRequest{UserId: user})
		cancel()
		if err != nil {
			return nil, err
		}
		if len(response.Events) >= count || time.Now().After(until) {
			return response.Events, nil
		}
	}
}
