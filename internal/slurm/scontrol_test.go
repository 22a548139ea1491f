package slurm

import (
	"strings"
	"testing"
)

// config is part of the output of scontrol show config.
const config = `Configuration data as of 2026-11-29T01:00:00
AccountingStorageBackupHost = (null)
JobRequeue              = 1
MaxArraySize            = 1001
MaxJobCount             = 10000
SLURM_VERSION           = 22.05.8
TopologyParam           = a=b

Slurmctld(primary) at vm is UP
`

func TestParseLimits(t *testing.T) {
	if l, err := parseLimits(config); err != nil || l != (limits{"22.05.8", 1001, 10000}) {
		t.Errorf("%+v, %v", l, err)
	}
	for name, row := range map[string]struct{ old, new, says string }{
		"no version":     {"SLURM_VERSION ", "OTHER", "scontrol show config: not understood: \"no SLURM_VERSION\""},
		"no array size":  {"MaxArraySize ", "OTHER", `scontrol show config: not understood: "MaxArraySize = "`},
		"no number":      {"10000", "UNLIMITED", `scontrol show config: not understood: "MaxJobCount = UNLIMITED"`},
		"no arrays":      {"1001", "1", "scontrol show config: MaxArraySize = 1: this cluster takes no job arrays"},
		"arrays are off": {"1001", "0", "scontrol show config: MaxArraySize = 0: this cluster takes no job arrays"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseLimits(strings.Replace(config, row.old, row.new, 1))
			if err == nil || err.Error() != row.says {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
	if _, err := parseLimits(""); err == nil {
		t.Error("an empty answer has no error")
	}
}
