package tideline

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"
)

// AvroWriter writes one Avro datum; generated code calls the methods in the order of the schema. The first value that the
// schema can't hold is kept as the error.
type AvroWriter struct {
	out []byte
	err error
}

// Bytes is what was written, or why nothing came of it.
func (w *AvroWriter) Bytes() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return w.out, nil
}

// Fail keeps an error, if it is the first.
func (w *AvroWriter) Fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("tideline: "+format, args...)
	}
}

// Bool writes a boolean.
func (w *AvroWriter) Bool(value bool) {
	if value {
		w.out = append(w.out, 1)
	} else {
		w.out = append(w.out, 0)
	}
}

// Int32 writes an int.
func (w *AvroWriter) Int32(value int32) { w.Int64(int64(value)) }

// Int64 writes a long.
func (w *AvroWriter) Int64(value int64) {
	w.out = binary.AppendVarint(w.out, value)
}

// Float32 writes a float, which has to be finite.
func (w *AvroWriter) Float32(value float32) {
	w.requireFinite(float64(value))
	w.out = binary.LittleEndian.AppendUint32(w.out, math.Float32bits(value))
}

// Float64 writes a double, which has to be finite.
func (w *AvroWriter) Float64(value float64) {
	w.requireFinite(value)
	w.out = binary.LittleEndian.AppendUint64(w.out, math.Float64bits(value))
}

func (w *AvroWriter) requireFinite(value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		w.Fail("%v is not finite", value)
	}
}

// Text writes a string, which has to be UTF-8.
func (w *AvroWriter) Text(value string) {
	if !utf8.ValidString(value) {
		w.Fail("a text is not UTF-8")
	}
	w.Int64(int64(len(value)))
	w.out = append(w.out, value...)
}

// Blob writes bytes.
func (w *AvroWriter) Blob(value []byte) {
	w.Int64(int64(len(value)))
	w.out = append(w.out, value...)
}

// Fixed writes bytes of a size that the schema knows.
func (w *AvroWriter) Fixed(value []byte, size int) {
	if len(value) != size {
		w.Fail("%d bytes are expected, not %d", size, len(value))
	}
	w.out = append(w.out, value...)
}

// Index writes the index of a union's branch or of an enum's symbol.
func (w *AvroWriter) Index(value int) { w.Int64(int64(value)) }

// Block says that so many items of an array or map follow, and then End.
func (w *AvroWriter) Block(count int) {
	if count > 0 {
		w.Int64(int64(count))
	}
}

// End ends an array or map.
func (w *AvroWriter) End() { w.out = append(w.out, 0) }

// Hex writes bytes known beforehand, such as a default's.
func (w *AvroWriter) Hex(value string) {
	bytes, err := hex.DecodeString(value)
	if err != nil {
		w.Fail("%v", err)
	}
	w.out = append(w.out, bytes...)
}

// DecimalBytes writes a decimal as bytes.
func (w *AvroWriter) DecimalBytes(value Decimal, precision, scale int) {
	w.Blob(w.decimal(value, precision, scale))
}

// DecimalFixed writes a decimal as bytes of a size that the schema knows.
func (w *AvroWriter) DecimalFixed(value Decimal, precision, scale, size int) {
	bytes := w.decimal(value, precision, scale)
	if len(bytes) > size {
		w.Fail("the decimal does not fit into %d bytes", size)
		return
	}
	padding := byte(0)
	if len(bytes) > 0 && bytes[0] >= 0x80 {
		padding = 0xff
	}
	for missing := size - len(bytes); missing > 0; missing-- {
		w.out = append(w.out, padding)
	}
	w.out = append(w.out, bytes...)
}

func (w *AvroWriter) decimal(value Decimal, precision, scale int) []byte {
	unscaled, err := value.at(precision, scale)
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		unscaled = new(big.Int)
	}
	return twosComplement(unscaled)
}

// Uuid writes a UUID as text.
func (w *AvroWriter) Uuid(value string) {
	w.uuidBytes(value)
	w.Text(strings.ToLower(value))
}

// UuidFixed writes a UUID as its sixteen bytes.
func (w *AvroWriter) UuidFixed(value string) {
	w.out = append(w.out, w.uuidBytes(value)...)
}

func (w *AvroWriter) uuidBytes(value string) []byte {
	bytes, ok := uuidBytes(value)
	if !ok {
		w.Fail("%q is no UUID", value)
	}
	return bytes
}

func uuidBytes(value string) ([]byte, bool) {
	if len(value) != 36 || value[8] != '-' || value[13] != '-' || value[18] != '-' || value[23] != '-' {
		return nil, false
	}
	bytes, err := hex.DecodeString(strings.ReplaceAll(value, "-", ""))
	return bytes, err == nil && len(bytes) == 16
}

// Date writes the days since 1970.
func (w *AvroWriter) Date(value Date) {
	days, ok := value.days()
	if !ok {
		w.Fail("%v is no day", value)
	}
	w.Int64(days)
}

// TimeMillis writes a time since midnight in milliseconds.
func (w *AvroWriter) TimeMillis(value time.Duration) { w.timeOfDay(value, time.Millisecond) }

// TimeMicros writes a time since midnight in microseconds.
func (w *AvroWriter) TimeMicros(value time.Duration) { w.timeOfDay(value, time.Microsecond) }

func (w *AvroWriter) timeOfDay(value, unit time.Duration) {
	if value < 0 || value >= 24*time.Hour {
		w.Fail("%v is no time of day", value)
	}
	w.Int64(int64(value / unit))
}

// TimestampMillis writes milliseconds since 1970.
func (w *AvroWriter) TimestampMillis(value time.Time) { w.Int64(value.UnixMilli()) }

// TimestampMicros writes microseconds since 1970.
func (w *AvroWriter) TimestampMicros(value time.Time) { w.Int64(value.UnixMicro()) }

// TimestampNanos writes nanoseconds since 1970.
func (w *AvroWriter) TimestampNanos(value time.Time) {
	if value.Year() < 1678 || value.Year() > 2261 {
		w.Fail("%v is out of the range of nanoseconds", value)
	}
	w.Int64(value.UnixNano())
}

// LocalTimestampMillis writes what a clock on the wall shows, in milliseconds.
func (w *AvroWriter) LocalTimestampMillis(value time.Time) { w.TimestampMillis(onTheWall(value)) }

// LocalTimestampMicros writes what a clock on the wall shows, in microseconds.
func (w *AvroWriter) LocalTimestampMicros(value time.Time) { w.TimestampMicros(onTheWall(value)) }

// LocalTimestampNanos writes what a clock on the wall shows, in nanoseconds.
func (w *AvroWriter) LocalTimestampNanos(value time.Time) { w.TimestampNanos(onTheWall(value)) }

func onTheWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Duration writes Avro's duration.
func (w *AvroWriter) Duration(value Duration) {
	for _, part := range []uint32{value.Months, value.Days, value.Milliseconds} {
		w.out = binary.LittleEndian.AppendUint32(w.out, part)
	}
}
