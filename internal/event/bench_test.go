package event_test

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"time"

	"brood/internal/event"
)

var (
	at = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

	// Events as a child writes them. Its parent adds the name and the PID.
	copied = event.Event{Time: at, Kind: event.Copied, File: "DCIM/100EOS/MVI_0042.MOV", Bytes: 4 << 30,
		Method: "read-write", Hash: "xxh128", Digest: "99aa06d3014798d86001c324468d497f"}
	progress = event.Event{Time: at, Kind: event.Progress, File: "DCIM/100EOS/MVI_0042.MOV", Bytes: 1 << 30,
		Size: 4 << 30, Phase: "verifying"}

	exited = event.Event{Time: at, Kind: event.Exited, Name: "copy-42", PID: 4711, File: "DCIM/100EOS/MVI_0042.MOV",
		ExitCode: new(0), Bytes: 4 << 30, Duration: 12.345678, User: 0.5, System: 3.25, MaxRSS: 12 << 20}
)

func BenchmarkWrite(b *testing.B) {
	for _, e := range []event.Event{copied, progress, exited} {
		b.Run(string(e.Kind), func(b *testing.B) {
			w := event.NewWriter(io.Discard)
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPieces measures how the parent reads a line of a child.
func BenchmarkPieces(b *testing.B) {
	for _, e := range []event.Event{copied, progress} {
		b.Run(string(e.Kind), func(b *testing.B) {
			var line bytes.Buffer
			if err := event.Write(&line, e); err != nil {
				b.Fatal(err)
			}
			var pieces event.Pieces
			var got event.Event
			var failure error
			b.ReportAllocs()
			for b.Loop() {
				pieces.Read(line.Bytes(), func(e event.Event, err error) { got, failure = e, err })
			}
			if failure != nil || !reflect.DeepEqual(got, e) {
				b.Errorf("read %+v, %v, written %+v", got, failure, e)
			}
		})
	}
}
