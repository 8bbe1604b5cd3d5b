package tideline

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// JSONWriter writes a JSON object as text; generated code calls the methods in the order of the schema. The first value
// that JSON can't hold is kept as the error.
type JSONWriter struct {
	out        []byte
	needsComma bool
	err        error
}

// Bytes is what was written, or why nothing came of it.
func (w *JSONWriter) Bytes() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.out, nil
}

// Fail keeps an error, if it is the first.
func (w *JSONWriter) Fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("tideline: "+format, args...)
	}
}

// Raw writes JSON text that is known beforehand.
func (w *JSONWriter) Raw(value string) {
	if w.needsComma {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, value...)
	w.needsComma = true
}

func (w *JSONWriter) open(bracket string) {
	w.Raw(bracket)
	w.needsComma = false
}

func (w *JSONWriter) close(bracket byte) {
	w.out = append(w.out, bracket)
	w.needsComma = true
}

// BeginObject begins an object.
func (w *JSONWriter) BeginObject() { w.open("{") }

// EndObject ends an object.
func (w *JSONWriter) EndObject() { w.close('}') }

// BeginArray begins an array.
func (w *JSONWriter) BeginArray() { w.open("[") }

// EndArray ends an array.
func (w *JSONWriter) EndArray() { w.close(']') }

// Name writes the name of the member that follows.
func (w *JSONWriter) Name(value string) {
	w.Text(value)
	w.out = append(w.out, ':')
	w.needsComma = false
}

// NullValue writes null.
func (w *JSONWriter) NullValue() { w.Raw("null") }

// Bool writes a boolean.
func (w *JSONWriter) Bool(value bool) { w.Raw(strconv.FormatBool(value)) }

// Int64 writes a whole number.
func (w *JSONWriter) Int64(value int64) { w.Raw(strconv.FormatInt(value, 10)) }

// Int32 writes a whole number.
func (w *JSONWriter) Int32(value int32) { w.Int64(int64(value)) }

// Uint32 writes a whole number.
func (w *JSONWriter) Uint32(value uint32) { w.Int64(int64(value)) }

// Int64Text writes a number of 64 bits as Protobuf has it in JSON.
func (w *JSONWriter) Int64Text(value int64) { w.Raw(`"` + strconv.FormatInt(value, 10) + `"`) }

// Uint64Text writes an unsigned number of 64 bits as Protobuf has it in JSON.
func (w *JSONWriter) Uint64Text(value uint64) { w.Raw(`"` + strconv.FormatUint(value, 10) + `"`) }

// Float32 writes a number, which has to be finite.
func (w *JSONWriter) Float32(value float32) {
	if math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
		w.Fail("%v is not finite", value)
	}
	w.JSON(value)
}

// Float64 writes a number, which has to be finite.
func (w *JSONWriter) Float64(value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		w.Fail("%v is not finite", value)
	}
	w.JSON(value)
}

// Text writes a string, which has to be UTF-8.
func (w *JSONWriter) Text(value string) {
	if !utf8.ValidString(value) {
		w.Fail("a text is not UTF-8")
	}
	w.JSON(value)
}

// JSON writes any value that encoding/json takes.
func (w *JSONWriter) JSON(value any) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		w.Fail("%v", err)
		return
	}
	w.Raw(strings.TrimSuffix(out.String(), "\n"))
}

// DateTime writes a time in RFC 3339.
func (w *JSONWriter) DateTime(value time.Time) { w.Text(value.Format(time.RFC3339Nano)) }

// Base64 writes bytes.
func (w *JSONWriter) Base64(value []byte) {
	w.Raw(`"` + base64.StdEncoding.EncodeToString(value) + `"`)
}

// Timestamp writes a time of the years 1 to 9999, in UTC.
func (w *JSONWriter) Timestamp(value time.Time) {
	value = value.UTC()
	if value.Year() < 1 || value.Year() > 9999 {
		w.Fail("%v is not between the years 1 and 9999", value)
	}
	w.DateTime(value)
}

// Elapsed writes a duration in seconds.
func (w *JSONWriter) Elapsed(value time.Duration) {
	sign, seconds, nanos := "", value/time.Second, value%time.Second
	if value < 0 {
		sign, seconds, nanos = "-", -seconds, -nanos
	}
	fraction := ""
	switch {
	case nanos == 0:
	case nanos%time.Millisecond == 0:
		fraction = fmt.Sprintf(".%03d", int64(nanos/time.Millisecond))
	case nanos%time.Microsecond == 0:
		fraction = fmt.Sprintf(".%06d", int64(nanos/time.Microsecond))
	default:
		fraction = fmt.Sprintf(".%09d", int64(nanos))
	}
	w.Text(fmt.Sprintf("%s%d%ss", sign, int64(seconds), fraction))
}

// Date writes a day.
func (w *JSONWriter) Date(value Date) {
	if _, ok := value.days(); !ok {
		w.Fail("%v is no day", value)
	}
	w.Text(value.String())
}

// Uuid writes a UUID.
func (w *JSONWriter) Uuid(value string) {
	if _, ok := uuidBytes(value); !ok {
		w.Fail("%q is no UUID", value)
	}
	w.Text(strings.ToLower(value))
}
