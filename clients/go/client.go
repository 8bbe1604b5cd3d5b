// Package tideline sends events to Tideline: the small runtime of the typed trackers that `tideline codegen` prints.
package tideline

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// Text of one batch, at most; the server takes 4 MiB.
	batchBytesMax = 1_000_000
	backoff       = 200 * time.Millisecond
	backoffMax    = 10 * time.Second
	retryAfterMax = time.Minute
	answerMax     = 4 << 20
)

// Options say how a client sends.
type Options struct {
	// URL is the server's address, such as "https://events.example.com".
	URL string
	// Key is an API key with the scope "ingest".
	Key string
	// A batch goes out with so many events (100, at most 1,000),
	BatchEvents int
	// or so long after its first (10 s).
	BatchWait time.Duration
	// QueueEvents may wait; further ones are refused with "queue_full" (10,000).
	QueueEvents int
	// Attempts is how often a batch is tried (6).
	Attempts int
	// HTTP is used for calls; by default one whose calls take at most 30 s.
	HTTP *http.Client
}

// Client sends events in batches, one batch after the other, in the order in which they came. A batch that the server can't
// take now is sent again with the same ids, so that nothing is stored twice. Its methods may be called from every goroutine.
type Client struct {
	options  Options
	endpoint string
	mu       sync.Mutex
	queue    []*waiting
	timer    *time.Timer
	sending  chan struct{} // Closed when the sender that runs now ends; nil while there is none.
	closed   bool
}

type waiting struct {
	text    []byte
	receipt *Receipt
}

// Receipt is where an event's verdict comes to.
type Receipt struct {
	// EventID is the event's deduplication key.
	EventID string
	done    chan struct{}
	verdict Verdict
	err     error
}

// Verdict waits for the verdict; the error says that there is none.
func (r *Receipt) Verdict(ctx context.Context) (Verdict, error) {
	select {
	case <-r.done:
		return r.verdict, r.err
	case <-ctx.Done():
		return Verdict{}, ctx.Err()
	}
}

func (r *Receipt) settle(verdict Verdict, err error) {
	verdict.EventID = r.EventID
	r.verdict, r.err = verdict, err
	close(r.done)
}

// New makes a client.
func New(options Options) (*Client, error) {
	if options.BatchEvents == 0 {
		options.BatchEvents = 100
	}
	if options.BatchWait == 0 {
		options.BatchWait = 10 * time.Second
	}
	if options.QueueEvents == 0 {
		options.QueueEvents = 10_000
	}
	if options.Attempts == 0 {
		options.Attempts = 6
	}
	if options.HTTP == nil {
		options.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if options.BatchEvents < 1 || options.BatchEvents > 1_000 {
		return nil, fmt.Errorf("tideline: BatchEvents: 1 to 1,000")
	}
	return &Client{options: options, endpoint: strings.TrimRight(options.URL, "/") + "/v1/events"}, nil
}

// TrackJSON queues an event with a JSON object as its properties.
func (c *Client) TrackJSON(eventType string, properties []byte, options *EventOptions) (*Receipt, error) {
	event, err := openEvent(eventType, "properties", properties, options)
	if err != nil {
		return nil, err
	}
	return c.track(event)
}

// TrackAvro queues an event with an Avro datum of a registered schema as its properties.
func (c *Client) TrackAvro(eventType string, schemaID uint32, datum []byte, options *EventOptions) (*Receipt, error) {
	data := base64.StdEncoding.EncodeToString(datum)
	body := fmt.Sprintf(`{"schemaId":%d,"data":"%s"}`, schemaID, data)
	event, err := openEvent(eventType, "avro", []byte(body), options)
	if err != nil {
		return nil, err
	}
	return c.track(event)
}

func (c *Client) track(event *waiting) (*Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, &Error{Code: "closed", Message: "the client is closed"}
	}
	if len(c.queue) >= c.options.QueueEvents {
		return nil, &Error{Code: "queue_full", Message: "too many events wait to be sent"}
	}
	c.queue = append(c.queue, event)
	if len(c.queue) >= c.options.BatchEvents {
		c.sendLocked()
	} else if c.timer == nil {
		c.timer = time.AfterFunc(c.options.BatchWait, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.sendLocked()
		})
	}
	return event.receipt, nil
}

// Flush returns when every event that was tracked before has its verdict, or was given up.
func (c *Client) Flush(ctx context.Context) error {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 && c.sending == nil {
			c.mu.Unlock()
			return nil
		}
		sent := c.sendLocked()
		c.mu.Unlock()
		select {
		case <-sent:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close sends what waits, and takes no more.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.Flush(ctx)
}

// sendLocked sees to it that a sender runs; there is one at a time.
func (c *Client) sendLocked() <-chan struct{} {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if c.sending == nil {
		c.sending = make(chan struct{})
		go c.drain()
	}
	return c.sending
}

func (c *Client) drain() {
	for {
		c.mu.Lock()
		batch := c.nextLocked()
		if len(batch) == 0 {
			close(c.sending)
			c.sending = nil
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		c.settle(batch)
	}
}

func (c *Client) nextLocked() []*waiting {
	size, count := 0, 0
	for _, event := range c.queue {
		size += len(event.text)
		if count == c.options.BatchEvents || (count > 0 && size > batchBytesMax) {
			break
		}
		count++
	}
	batch := c.queue[:count:count]
	c.queue = append([]*waiting(nil), c.queue[count:]...)
	return batch
}

// settle tries a batch until every event has its verdict or is given up.
func (c *Client) settle(pending []*waiting) {
	for attempt := 1; ; attempt++ {
		isLast := attempt >= c.options.Attempts
		verdicts, retryAfter, err := c.post(pending)
		if err != nil && (isLast || retryAfter < 0) {
			for _, event := range pending {
				event.receipt.settle(Verdict{}, err)
			}
			return
		}
		if err == nil {
			pending = deliver(pending, verdicts, isLast)
			if len(pending) == 0 {
				return
			}
		}
		wait := backoffMax
		if attempt < 6 {
			wait = backoff << (attempt - 1)
		}
		wait = wait/2 + time.Duration(rand.Int63n(int64(wait/2)))
		if retryAfter > wait {
			wait = retryAfter
		}
		time.Sleep(wait)
	}
}

// deliver hands out verdicts; what the server would take at another time is returned.
func deliver(pending []*waiting, verdicts []Verdict, isLast bool) []*waiting {
	var again []*waiting
	for i, event := range pending {
		verdict := Verdict{Outcome: "OUTCOME_REJECTED"}
		if i < len(verdicts) {
			verdict = verdicts[i]
		}
		if verdict.Fault != nil && verdict.Fault.Retryable && !isLast {
			again = append(again, event)
			continue
		}
		event.receipt.settle(verdict, nil)
	}
	return again
}

// post makes one attempt; retryAfter is negative where another can't help.
func (c *Client) post(events []*waiting) (verdicts []Verdict, retryAfter time.Duration, err error) {
	sent := []byte(`,"sentTime":"` + timeText(time.Now()) + `"}`)
	body := []byte("[")
	for i, event := range events {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(append(body, event.text...), sent...)
	}
	request, err := http.NewRequest(http.MethodPost, c.endpoint, bytes.NewReader(append(body, ']')))
	if err != nil {
		return nil, -1, err
	}
	request.Header.Set("content-type", "application/json")
	request.Header.Set("authorization", "Bearer "+c.options.Key)
	response, err := c.options.HTTP.Do(request)
	if err != nil {
		return nil, 0, &Error{Code: "unavailable", Message: "the server did not answer"}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err != nil {
		return nil, 0, &Error{Code: "unavailable", Message: "the server's answer broke off"}
	}
	var said struct {
		Verdicts []Verdict `json:"verdicts"`
		Code     string    `json:"code"`
		Message  string    `json:"message"`
	}
	parsed := json.Unmarshal(text, &said)
	if response.StatusCode == http.StatusOK && parsed == nil {
		return said.Verdicts, 0, nil
	}
	if said.Code == "" {
		said.Code, said.Message = "unknown", "the server answered "+response.Status
	}
	return nil, retryAfterOf(response), &Error{Code: said.Code, Message: said.Message}
}

func retryAfterOf(response *http.Response) time.Duration {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return -1
	}
	seconds, err := strconv.Atoi(response.Header.Get("retry-after"))
	if err != nil || seconds < 0 {
		return 0
	}
	if wait := time.Duration(seconds) * time.Second; wait < retryAfterMax {
		return wait
	}
	return retryAfterMax
}
