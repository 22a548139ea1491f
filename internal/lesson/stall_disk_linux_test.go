package lesson

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ownDisk starts a disk, and ends it with the test.
func ownDisk(t *testing.T) (folder string, holds *os.File, end func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a file system")
	}
	device, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("needs kernel: %v", err)
	}
	device.Close()
	kwargs, end, err := startDisk()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	holds, err = os.Open(kwargs["holds"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holds.Close() })
	return kwargs["folder"], holds, end
}

// The kernel takes the disk for a folder like any other.
func TestDisk(t *testing.T) {
	folder, _, _ := ownDisk(t)
	for range 2 {
		entries, err := os.ReadDir(folder)
		var names []string
		for _, e := range entries {
			info, infoErr := e.Info()
			if infoErr != nil || info.Mode() != 0o444 || info.Size() != int64(len(e.Name())) || !e.Type().IsRegular() {
				t.Errorf("%s: %v, %v", e.Name(), info, infoErr)
			}
			names = append(names, e.Name())
		}
		if err != nil || !slices.Equal(names, stallNames) {
			t.Errorf("it has %q, %v; want %q", names, err, stallNames)
		}
	}
	for _, name := range stallNames {
		if name == stalledName {
			continue
		}
		if text, err := os.ReadFile(folder + "/" + name); err != nil || string(text) != name {
			t.Errorf("%s has %q, %v", name, text, err)
		}
	}
	if _, err := os.Stat(folder + "/6.mov"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("6.mov: %v", err)
	}
	if err := os.WriteFile(folder+"/6.mov", nil, 0o600); !errors.Is(err, unix.EROFS) {
		t.Errorf("writing: %v", err)
	}
	if _, err := unix.Getxattr(folder+"/1.mov", "user.any", nil); !errors.Is(err, unix.ENOTSUP) {
		t.Errorf("an attribute: %v", err)
	}
}

func TestDiskReadsInParts(t *testing.T) {
	folder, _, _ := ownDisk(t)
	f, err := os.Open(folder + "/4.mov")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, row := range []struct {
		at   int64
		want string
		err  error
	}{{0, "4.", nil}, {2, "mo", nil}, {4, "v", io.EOF}, {5, "", io.EOF}, {1 << 40, "", io.EOF}} {
		part := make([]byte, 2)
		n, err := f.ReadAt(part, row.at)
		if string(part[:n]) != row.want || err != row.err {
			t.Errorf("at %d: %q, %v; want %q, %v", row.at, part[:n], err, row.want, row.err)
		}
	}
}

// Whoever reads the third file waits until the disk is gone, and the disk says so.
func TestDiskHolds(t *testing.T) {
	folder, holds, end := ownDisk(t)
	read := make(chan error, 1)
	go func() {
		_, err := os.ReadFile(folder + "/" + stalledName)
		read <- err
	}()
	waitHeld(t, holds)
	if _, err := os.ReadFile(folder + "/1.mov"); err != nil {
		t.Errorf("another file, meanwhile: %v", err)
	}
	select {
	case err := <-read:
		t.Fatalf("it is answered: %v", err)
	default:
	}
	end()
	if err := <-read; err == nil {
		t.Error("read without a disk")
	}
	if text, err := io.ReadAll(holds); len(text) > 0 || err != nil {
		t.Errorf("the disk is gone, and says %q, %v", text, err)
	}
}

// waitHeld waits until the disk says that it holds a reader.
func waitHeld(t *testing.T, holds *os.File) {
	t.Helper()
	if err := holds.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len(stalledName)+1)
	if _, err := io.ReadFull(holds, line); err != nil || string(line) != stalledName+"\n" {
		t.Fatalf("it says %q, %v", line, err)
	}
}

// A lesson that is interrupted does not wait for what cannot be killed.
func TestSceneEndsWithoutWhatIsHeld(t *testing.T) {
	folder, holds, end := ownDisk(t)
	j, err := openJournal()
	if err != nil {
		t.Fatal(err)
	}
	defer j.remove()
	held := exec.Command("cat", folder+"/"+stalledName) // one thread, so its state is the process's
	held.Env = append(os.Environ(), journalVariable+"="+j.file.Name())
	if err := held.Start(); err != nil {
		t.Fatal(err)
	}
	defer held.Wait()
	defer end()
	waitHeld(t, holds)
	killed := map[int]bool{}
	for deadline := time.Now().Add(patience); !j.killAll(killed); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("left: %d", j.owned())
		}
	}
	if state, _, _ := kernelSays(held.Process.Pid); state != "D" {
		t.Errorf("its state is %q", state)
	}
}
