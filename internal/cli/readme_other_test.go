//go:build unix && !linux

package cli

import "testing"

func testClusterExample(t *testing.T, _, _, _ string) {
	t.Run("on a cluster", func(t *testing.T) { t.Skip("platform: one is started on Linux alone") })
}
