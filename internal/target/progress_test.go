package target_test

import (
	"testing"
	"time"

	"brood/internal/target"
)

// However many children there are, they tell little, and each often enough to be no stall.
func TestProgressEvery(t *testing.T) {
	for _, stall := range []time.Duration{0, 100 * time.Millisecond, time.Second, time.Minute, time.Hour} {
		perSecond, last := 0.0, time.Duration(0)
		for n := 1; n <= 10_000; n++ {
			every := target.ProgressEvery(n, stall)
			if every < 200*time.Millisecond || every < last || stall >= time.Second && every > stall/2 {
				t.Fatalf("stall %v: child %d tells every %v, the one before every %v", stall, n, every, last)
			}
			last = every
			perSecond += 1 / every.Seconds()
		}
		if perSecond > 2000 && (stall == 0 || stall >= time.Minute) {
			t.Errorf("stall %v: %.0f events a second", stall, perSecond)
		}
	}
	if every := target.ProgressEvery(50, time.Minute); every != 200*time.Millisecond {
		t.Errorf("50 children tell every %v", every)
	}
}
