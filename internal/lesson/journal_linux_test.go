package lesson

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
)

// An interrupted lesson does not wait for a process that SIGKILL cannot end.
func TestSceneEndsWithoutWhatIsHeld(t *testing.T) {
	disk := faultfstest.Mount(t, faultfs.Options{})
	if err := os.WriteFile(disk.Beneath+"/a", []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	fault := disk.Inject(faultfs.Rule{Ops: faultfs.Read, Stall: faultfs.Uninterruptible})
	j, err := openJournal()
	if err != nil {
		t.Fatal(err)
	}
	defer j.remove()
	held := exec.Command("cat", disk.Mounted+"/a") // one thread, whose state is the process's
	held.Env = append(os.Environ(), journalVariable+"="+j.file.Name())
	if err := held.Start(); err != nil {
		t.Fatal(err)
	}
	defer held.Wait()
	defer fault.Remove()
	<-fault.Met()
	killed := map[int]bool{}
	for deadline := time.Now().Add(patience); !j.killAll(killed); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("processes left: %d", j.owned())
		}
	}
	if state, _, _ := kernelSays(held.Process.Pid); state != "D" {
		t.Errorf("state %q, want D", state)
	}
}
