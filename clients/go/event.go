package tideline

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// EventOptions is what an event says besides its properties.
type EventOptions struct {
	// UserID is the signed-in user.
	UserID string
	// AnonymousID is the device's or browser's id while the user is unknown.
	AnonymousID string
	// SessionID is the client's own session id.
	SessionID string
	// EventID is the deduplication key; by default a new UUIDv7.
	EventID string
	// Time is when it happened; by default now.
	Time time.Time
	// Context is where it happened.
	Context *EventContext
}

// EventContext is where an event happened.
type EventContext struct {
	IP        string `json:"ip,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
	PageURL   string `json:"pageUrl,omitempty"`
	PageTitle string `json:"pageTitle,omitempty"`
	Referrer  string `json:"referrer,omitempty"`
	Locale    string `json:"locale,omitempty"`
}

// Verdict is the server's verdict on one event.
type Verdict struct {
	// Outcome is a name of tideline.event.v1.Outcome, such as "OUTCOME_ACCEPTED".
	Outcome string `json:"outcome"`
	// Fault says why the event was not simply accepted.
	Fault *EventFault `json:"fault"`
	// EventID is the event's deduplication key.
	EventID string `json:"-"`
}

// EventFault says why an event was not simply accepted.
type EventFault struct {
	// Reason is a name of tideline.fault.v1.FaultReason.
	Reason        string `json:"reason"`
	Field         string `json:"field"`
	Rule          string `json:"rule"`
	Message       string `json:"message"`
	Retryable     bool   `json:"retryable"`
	SchemaVersion uint32 `json:"schemaVersion"`
}

// Error says why an event was not sent, or not answered.
type Error struct {
	// Code is the server's, such as "unauthenticated" or "unavailable", or the client's own: "queue_full" and "closed".
	Code    string
	Message string
}

func (e *Error) Error() string { return "tideline: " + e.Code + ": " + e.Message }

// openEvent is an event as text without the brace that closes it: each attempt adds the time of sending.
func openEvent(eventType, bodyName string, body []byte, options *EventOptions) (*waiting, error) {
	if options == nil {
		options = &EventOptions{}
	}
	id := options.EventID
	if id == "" {
		made, err := newUUIDv7(time.Now())
		if err != nil {
			return nil, err
		}
		id = made
	}
	at := options.Time
	if at.IsZero() {
		at = time.Now()
	}
	head, err := json.Marshal(struct {
		EventID     string        `json:"eventId"`
		Type        string        `json:"type"`
		UserID      string        `json:"userId,omitempty"`
		AnonymousID string        `json:"anonymousId,omitempty"`
		SessionID   string        `json:"sessionId,omitempty"`
		ClientTime  string        `json:"clientTime"`
		Context     *EventContext `json:"context,omitempty"`
	}{id, eventType, options.UserID, options.AnonymousID, options.SessionID, timeText(at), options.Context})
	if err != nil {
		return nil, err
	}
	text := append(head[:len(head)-1], `,"`+bodyName+`":`...)
	receipt := &Receipt{EventID: id, done: make(chan struct{})}
	return &waiting{text: append(text, body...), receipt: receipt}, nil
}

func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// newUUIDv7 is a UUID of version 7: sorted by its time.
func newUUIDv7(now time.Time) (string, error) {
	var id [16]byte
	if _, err := rand.Read(id[6:]); err != nil {
		return "", err
	}
	ms := now.UnixMilli()
	for i := 0; i < 6; i++ {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}
