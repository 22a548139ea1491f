package plan

import "testing"

// The room for a missing folder is that of the folder above it.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	free := func(dest string) (Room, bool) {
		room, known, err := Tree{Source: dir, Dest: dest}.free(&pulse{}, true)
		if err != nil {
			t.Fatal(err)
		}
		return room, known
	}
	here, known := free(dir)
	if !known || here.Bytes <= 0 || here.Inodes <= 0 {
		t.Fatalf("%+v, known %v", here, known)
	}
	there, known := free(dir + "/a/b")
	if !known || there.Bytes < here.Bytes/2 || there.Bytes > here.Bytes*2 {
		t.Errorf("%+v, known %v; want about %+v", there, known, here)
	}
	if _, _, err := (Tree{Source: dir, Dest: dir + "/\x00"}).free(&pulse{}, true); err == nil {
		t.Error("an impossible name is no error")
	}
}
