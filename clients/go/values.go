package tideline

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Ptr returns a pointer to a value, for optional properties.
func Ptr[T any](value T) *T { return &value }

// KeyText is the key of a map as JSON has it.
func KeyText[K int32 | uint32 | int64 | uint64 | bool](key K) string { return fmt.Sprint(key) }

// Date is a day of the calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day of a time, in the time's own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// String is the day as YYYY-MM-DD.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// days since 1970-01-01; false where there is no such day.
func (d Date) days() (int64, bool) {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	seconds := t.Unix()
	return seconds / 86_400, DateOf(t) == d && seconds%86_400 == 0
}

// Duration is Avro's duration.
type Duration struct {
	Months       uint32
	Days         uint32
	Milliseconds uint32
}

// Decimal is an exact decimal number. Its zero value is 0, but where one has to be stated it is none.
type Decimal struct {
	unscaled *big.Int
	scale    int
}

// ParseDecimal reads a number such as "-12.50".
func ParseDecimal(text string) (Decimal, error) {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, hasPoint := strings.Cut(digits, ".")
	if whole == "" || (hasPoint && fraction == "") || len(digits) > 2_000 ||
		strings.Trim(whole+fraction, "0123456789") != "" {
		return Decimal{}, fmt.Errorf("tideline: %q is no decimal number", text)
	}
	unscaled, _ := new(big.Int).SetString(whole+fraction, 10)
	if strings.HasPrefix(text, "-") {
		unscaled.Neg(unscaled)
	}
	return Decimal{unscaled: unscaled, scale: len(fraction)}, nil
}

// MustDecimal is ParseDecimal for numbers that stand in the program; it panics for what is none.
func MustDecimal(text string) Decimal {
	decimal, err := ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return decimal
}

func power(exponent int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
}

// at is the number in units of its last digit at a scale.
func (d Decimal) at(precision, scale int) (*big.Int, error) {
	unscaled := d.unscaled
	if unscaled == nil {
		unscaled = new(big.Int)
	}
	result := new(big.Int)
	if d.scale <= scale {
		result.Mul(unscaled, power(scale-d.scale))
	} else {
		rest := new(big.Int)
		result.QuoRem(unscaled, power(d.scale-scale), rest)
		if rest.Sign() != 0 {
			return nil, fmt.Errorf("tideline: the decimal has more than %d digits behind the point", scale)
		}
	}
	if result.CmpAbs(power(precision)) >= 0 {
		return nil, fmt.Errorf("tideline: the decimal has more than %d digits", precision)
	}
	return result, nil
}

// twosComplement is a number with the largest byte first, in as few bytes as it takes.
func twosComplement(value *big.Int) []byte {
	if value.Sign() >= 0 {
		bytes := value.Bytes()
		if len(bytes) == 0 || bytes[0] >= 0x80 {
			bytes = append([]byte{0}, bytes...)
		}
		return bytes
	}
	bytes := new(big.Int).Not(value).Bytes()
	if len(bytes) == 0 || bytes[0] >= 0x80 {
		bytes = append([]byte{0}, bytes...)
	}
	for i := range bytes {
		bytes[i] = ^bytes[i]
	}
	return bytes
}
