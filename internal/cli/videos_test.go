//go:build unix

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The tutorial's case study, on real clips: each copy is decoded, and is the clip that it was.
func TestCopiedVideosPlay(t *testing.T) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("needs ffmpeg: ", err)
	}
	source, dest := top+"/testdata/videos", t.TempDir()+"/videos"
	if out, err := exec.Command("brood", "copy", "--jobs=0", source, dest).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	clips, err := filepath.Glob(dest + "/*")
	if err != nil || len(clips) < 8 {
		t.Fatalf("%d clips, %v", len(clips), err)
	}
	var formats []string
	for _, clip := range clips {
		if got, want := probe(t, clip), probe(t, filepath.Join(source, filepath.Base(clip))); got != want {
			t.Errorf("%s: the copy has %s, the clip %s", clip, got, want)
		}
		decoded, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", "file:"+clip, "-f", "null", "-").CombinedOutput()
		if err != nil || len(decoded) > 0 {
			t.Errorf("%s does not decode: %v %s", clip, err, decoded)
		}
		formats = append(formats, strings.ToLower(filepath.Ext(clip)))
	}
	for _, format := range []string{".mp4", ".mkv", ".webm", ".mov"} {
		if !slices.Contains(formats, format) {
			t.Errorf("no %s among the clips", format)
		}
	}
}

// probe is what a clip has, and how long it is.
func probe(t *testing.T, clip string) string {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name,nb_read_packets",
		"-count_packets", "-of", "csv=p=0", "file:"+clip).CombinedOutput()
	if err != nil || !strings.Contains(string(out), ".") {
		t.Fatalf("%s: %v %s", clip, err, out)
	}
	return string(out)
}

// The clips are small enough to live with the source, and their names such as a copier meets.
func TestClips(t *testing.T) {
	clips, err := os.ReadDir(top + "/testdata/videos")
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	var names string
	for _, clip := range clips {
		info, err := clip.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		names += clip.Name() + "\n"
	}
	if size > 3<<20 {
		t.Errorf("%d bytes of clips, want 3 MiB at most", size)
	}
	if !strings.Contains(names, " ") || !strings.Contains(names, "唱歌") || !strings.Contains("\n"+names, "\n-") {
		t.Errorf("names without a space, Chinese or a leading dash:\n%s", names)
	}
}
