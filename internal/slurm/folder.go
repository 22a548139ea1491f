package slurm

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"brood/internal/filecopy"
)

// Folder is a job folder, in which all that is to be known of a run lies:
//
//	job.json           what was asked for
//	brood, task.sh     what a task runs
//	seen.json          names of the source that each node must see as they are here
//	lists/000/12       the names of batch 12: a plan.List; of the last one the folders and links
//	plan.jsonl         the events of the planning
//	plan.json          how many batches there are, once all are listed
//	arrays.jsonl       the arrays that were submitted, in their order: the number of one is its generation
//	events/000/12.1.0.81_3.1a2b3c4d.jsonl   the record of an attempt: batch, generation, restarts by Slurm, task
//	events/000/12.fence                 the latest attempt, where there was more than one
//	log/81_3.log       what a task has printed, which is nothing unless it crashes
//	marked             is there once the marker is in the destination
//	heartbeat          changes as long as somebody follows
//	stop               is there when the tasks are to end
//
// What is written once is written under another name and renamed, so nobody sees half of it.
type Folder struct {
	Path string
	Job  Job
}

// Job is job.json.
type Job struct {
	Format int    // of the folder
	Name   string // of all its arrays
	Begun  time.Time
	PID    int     // of who submitted it,
	Host   string  // there
	Every  Seconds // how often a task writes to its record, at the most
	Marker string  // a folder in Dest that each node must see

	ArraySize int // tasks of an array that the cluster takes,
	JobCount  int // and jobs in all, of all users
	Request
}

// Planned is plan.json.
type Planned struct {
	Batches int  `json:"Chunks"` // the name that folders of older versions have
	Last    bool // the last batch is that of folders and links
	Whole   bool // the source was walked to its end
}

// format is the number of the folder's format: another brood than the one that made it must
// not go on with what it misreads.
const format = 1

// perFolder is how many batches share a folder of lists or records.
const perFolder = 1000

// marked is there when the marker is.
const marked = "marked"

func (f *Folder) isMarked() bool {
	_, err := os.Lstat(f.in(marked))
	return err == nil
}

// errNoFolder is of a folder that is none of ours.
var errNoFolder = errors.New("is no job folder of brood")

// Open opens a job folder that is there.
func Open(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f := &Folder{Path: path}
	err = f.read("job.json", &f.Job)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, statErr := os.Stat(path); statErr != nil {
			err = statErr
		} else {
			err = errNoFolder
		}
	case err == nil && f.Job.Format != format:
		err = fmt.Errorf("is of format %d, and this brood knows %d", f.Job.Format, format)
	}
	if err != nil {
		return nil, fmt.Errorf("job folder %q: %w", path, filecopy.Cause(err))
	}
	return f, nil
}

// create makes a new folder of a job, in which brood itself lies, too: a task is to be of the same version.
func create(path string, r Request, every time.Duration, l limits) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	id := random()
	f := &Folder{Path: path, Job: Job{
		Format: format, Name: "brood-" + id, Begun: time.Now(), PID: os.Getpid(), Host: host,
		Every: Seconds(every.Seconds()), Marker: ".brood." + id + ".brood",
		ArraySize: l.array, JobCount: l.jobs, Request: r,
	}}
	if err := f.make(); err != nil {
		return nil, fmt.Errorf("job folder %q: %w", path, filecopy.Cause(err))
	}
	return f, nil
}

// make makes all of it, or leaves what was there: nothing, or an empty folder.
func (f *Folder) make() error {
	made := os.Mkdir(f.Path, 0o755)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return made
	}
	entries, err := os.ReadDir(f.Path)
	if err == nil && len(entries) > 0 {
		err = errors.New("is not empty")
	}
	if err != nil {
		return err
	}
	if err = f.fill(); err != nil && made == nil {
		os.RemoveAll(f.Path)
	} else if err != nil {
		for _, name := range []string{"log", "lists", "events", "brood", "task.sh"} {
			os.RemoveAll(f.in(name))
		}
	}
	return err
}

func (f *Folder) fill() error {
	for _, name := range []string{"log", "lists", "events"} {
		if err := os.Mkdir(f.in(name), 0o755); err != nil {
			return err
		}
	}
	if err := f.addBrood(); err != nil {
		return err
	}
	if err := f.write("task.sh", []byte(f.script()), 0o755); err != nil {
		return err
	}
	return f.writeJSON("job.json", f.Job)
}

// Remove removes the folder and all that is in it.
func (f *Folder) Remove() error {
	if err := os.RemoveAll(f.Path); err != nil {
		return fmt.Errorf("job folder: %w", err)
	}
	return nil
}

// Submitted tells whether a task may come to run.
func (f *Folder) Submitted() bool {
	_, err := os.Lstat(f.in("arrays.jsonl"))
	return err == nil
}

// addBrood copies this very program.
func (f *Folder) addBrood() error {
	own, err := os.Open("/proc/self/exe") // which it is even when the file has gone
	if errors.Is(err, fs.ErrNotExist) {
		var name string
		if name, err = os.Executable(); err == nil {
			own, err = os.Open(name)
		}
	}
	if err != nil {
		return err
	}
	defer own.Close()
	to, err := os.OpenFile(f.in("brood"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, own)
	return errors.Join(err, to.Close())
}

func (f *Folder) in(names ...string) string {
	return filepath.Join(append([]string{f.Path}, names...)...)
}

// list is the name of a batch's list.
func (f *Folder) list(batch int) string { return f.in("lists", part(batch), strconv.Itoa(batch)) }

func part(batch int) string { return fmt.Sprintf("%03d", batch/perFolder) }

// write has the file there as a whole, or not at all.
func (f *Folder) write(name string, contents []byte, mode fs.FileMode) error {
	temporary := f.in(name + "." + random())
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(contents)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(temporary, f.in(name))
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

func (f *Folder) writeJSON(name string, value any) error {
	text, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return err
	}
	return f.write(name, append(text, '\n'), 0o644)
}

func (f *Folder) read(name string, into any) error {
	text, err := os.ReadFile(f.in(name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// random is a name that nobody has.
func random() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
