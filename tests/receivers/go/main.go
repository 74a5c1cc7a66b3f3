// net/http and encoding/json: text errors, 413 by MaxBytesReader, a journal in place of a database.
package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	window  = 5 * time.Minute
	largest = 1 << 20
)

var (
	secret  = []byte(os.Getenv("KWIKPAISA_SECRET_KEY"))
	seconds = regexp.MustCompile(`^[0-9]{10}$`)
)

// text is a JSON string, or a number as it is spelled.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(raw, []byte(`"`)) {
		return json.Unmarshal(raw, (*string)(t))
	}
	var number json.Number
	err := json.Unmarshal(raw, &number)
	*t = text(number)
	return err
}

type message struct {
	Event string `json:"event"`
	Data  *struct {
		OrderID       text `json:"order_id"`
		PayoutOrderID text `json:"payout_order_id"`
		TransactionID text `json:"transaction_id"`
		PayoutID      text `json:"payout_id"`
		Amount        text `json:"amount"`
		Currency      text `json:"currency"`
	} `json:"data"`
}

func isGenuine(body []byte, timestamp, signature string) bool {
	if !seconds.MatchString(timestamp) {
		return false
	}
	sent, _ := strconv.ParseInt(timestamp, 10, 64)
	if age := time.Since(time.Unix(sent, 0)); age > window || age < -window {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	io.WriteString(mac, timestamp)
	given, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

func main() {
	books, err := open(os.Getenv("DATABASE"), os.Getenv("ORDERS"))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/api/webhooks/kwikpaisa", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		} else if err != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		if !isGenuine(body, r.Header.Get("X-TIMESTAMP"), r.Header.Get("X-SIGNATURE")) {
			http.Error(w, "invalid signature", http.StatusUnauthorized)
			return
		}
		var m message
		if json.Unmarshal(body, &m) != nil || m.Event == "" || m.Data == nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		if err := books.record(m); err != nil {
			http.Error(w, "try again", http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	http.HandleFunc("/ledger/", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(books.read(strings.TrimPrefix(r.URL.Path, "/ledger/")))
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

// states by event, each with its rank: a state yields only to one of a higher rank.
var states = map[string]struct {
	name string
	rank int
}{
	"payment.processing": {"processing", 1}, "payment.failed": {"failed", 2}, "payment.expired": {"expired", 2}, "payment.success": {"paid", 3},
	"payout.processing": {"processing", 1}, "payout.failed": {"failed", 2}, "payout.success": {"paid", 3}, "payout.reversed": {"reversed", 4},
}

// ledger is the journal, replayed at start: a line is an event, written and synced before it counts.
type ledger struct {
	sync.Mutex
	journal *os.File
	orders  map[string]int64
	seen    map[string]bool
	credits map[string]int
	events  map[string]string
}

func open(path, orders string) (*ledger, error) {
	l := &ledger{orders: map[string]int64{}, seen: map[string]bool{}, credits: map[string]int{}, events: map[string]string{}}
	for _, id := range strings.Split(orders, ",") {
		l.orders[id] = 100
	}
	var err error
	if l.journal, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(l.journal); lines.Scan(); {
		var m message
		// The last line may be cut where the process was killed: it was never answered.
		if json.Unmarshal(lines.Bytes(), &m) == nil {
			l.apply(m)
		}
	}
	return l, nil
}

func (m message) id() string {
	if m.Data.OrderID != "" {
		return string(m.Data.OrderID)
	}
	return string(m.Data.PayoutOrderID)
}

func (m message) key() string {
	for _, reference := range []text{m.Data.TransactionID, m.Data.PayoutID, m.Data.OrderID} {
		if reference != "" {
			return m.Event + "|" + string(reference)
		}
	}
	return m.Event + "|"
}

func (l *ledger) record(m message) error {
	l.Lock()
	defer l.Unlock()
	if l.seen[m.key()] {
		return nil
	}
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if _, err := l.journal.Write(append(line, '\n')); err != nil {
		return err
	}
	if err := l.journal.Sync(); err != nil {
		return err
	}
	l.apply(m)
	return nil
}

func (l *ledger) apply(m message) {
	id := m.id()
	l.seen[m.key()] = true
	if m.Event == "payment.success" {
		owed, known := l.orders[id]
		amount, err := strconv.ParseFloat(string(m.Data.Amount), 64)
		if !known || err != nil || int64(amount*100+0.5) != owed || m.Data.Currency != "INR" {
			return
		}
		l.credits[id] = 1
	}
	if new, known := states[m.Event]; known && new.rank > states[l.events[id]].rank {
		l.events[id] = m.Event
	}
}

func (l *ledger) read(id string) map[string]any {
	l.Lock()
	defer l.Unlock()
	state := "new"
	if event, known := l.events[id]; known {
		state = states[event].name
	}
	return map[string]any{"count": l.credits[id], "state": state}
}
