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

// Folder is a job folder. It holds the whole state of a run:
//
//	job.json           the request
//	brood, task.sh     the program and the batch script of a task
//	seen.json          some names of the source, as each node must see them
//	lists/000/12       the names of batch 12, as a plan.List; the last list has the folders and links. Or its commands
//	plan.jsonl         the events of the planning
//	plan.json          the number of batches, once all are listed
//	arrays.jsonl       the submitted arrays; the number of a line, from 0, is the array's generation
//	events/000/12.1.0.81_3.1a2b3c4d.jsonl   the record of an attempt: batch, generation, restarts by Slurm, task
//	events/000/12.1.0.81_3.1a2b3c4d.output  what the commands of that attempt wrote, as an output.Spool
//	events/000/12.fence                     the latest attempt, if there was more than one
//	log/81_3.log       the output of a task; empty unless it crashes
//	marked             exists once the marker is in the destination
//	heartbeat          changes while somebody follows the run
//	stop               exists when the tasks must end
//
// A file that is written once gets its name when it is complete, so nobody reads half of it.
type Folder struct {
	Path string
	Job  Job
}

// Job is job.json.
type Job struct {
	Format int    // of the folder: see format
	Name   string // Slurm's job name of all arrays
	Begun  time.Time
	PID    int     // of the submitter
	Host   string  // of the submitter
	Every  Seconds // shortest time between two writes of a task to its record
	Marker string  // name of a folder in Dest that each node must see

	ArraySize int // tasks that the cluster accepts in one array
	JobCount  int // jobs that the cluster accepts, of all users
	Request
}

// Planned is plan.json.
type Planned struct {
	Batches int  `json:"Chunks"` // the key of older versions, whose folders must stay readable
	Last    bool // the last batch has the folders and links
	Whole   bool // the source was walked to its end
}

// format is the version of the folder's layout. A brood with another version refuses the folder.
const format = 1

// formatCommands is the version of a folder of brood run. A brood before that would take it for a copy.
const formatCommands = 2

// format returns the version of the folder of a request.
func (r Request) format() int {
	if r.Commands != nil {
		return formatCommands
	}
	return format
}

// perFolder is the number of batches that share a folder of lists or records.
const perFolder = 1000

// marked is the file that exists once the marker is in the destination.
const marked = "marked"

func (f *Folder) isMarked() bool {
	_, err := os.Lstat(f.in(marked))
	return err == nil
}

var errNoFolder = errors.New("not a job folder of brood")

// Open opens an existing job folder.
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
	case err == nil && f.Job.Format != f.Job.format():
		err = fmt.Errorf("has format %d, but this brood reads format %d", f.Job.Format, f.Job.format())
	}
	if err != nil {
		return nil, fmt.Errorf("job folder %q: %w", path, filecopy.Cause(err))
	}
	return f, nil
}

// create makes a job folder. It copies brood itself into the folder, so that all tasks run the same version.
func create(path string, r Request, every time.Duration, l limits) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	id := random()
	f := &Folder{Path: path, Job: Job{
		Format: r.format(), Name: "brood-" + id, Begun: time.Now(), PID: os.Getpid(), Host: host,
		Every: Seconds(every.Seconds()), Marker: ".brood." + id + ".brood",
		ArraySize: l.array, JobCount: l.jobs, Request: r,
	}}
	if err := f.make(); err != nil {
		return nil, fmt.Errorf("job folder %q: %w", path, filecopy.Cause(err))
	}
	return f, nil
}

// make makes the folder with all its files. After an error the path is as before: absent, or an empty folder.
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

// Remove removes the folder with its contents.
func (f *Folder) Remove() error {
	if err := os.RemoveAll(f.Path); err != nil {
		return fmt.Errorf("job folder: %w", err)
	}
	return nil
}

// Submitted tells whether Slurm has accepted an array.
func (f *Folder) Submitted() bool {
	_, err := os.Lstat(f.in("arrays.jsonl"))
	return err == nil
}

// addBrood copies the running program into the folder.
func (f *Folder) addBrood() error {
	own, err := os.Open("/proc/self/exe") // works even if the file is gone
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

// in returns a path in the folder.
func (f *Folder) in(names ...string) string {
	return filepath.Join(append([]string{f.Path}, names...)...)
}

// list returns the path of the list of batch n.
func (f *Folder) list(n int) string { return f.in("lists", part(n), strconv.Itoa(n)) }

// part returns the name of the folder that batch n shares with others, in lists and in events.
func part(n int) string { return fmt.Sprintf("%03d", n/perFolder) }

// write writes a file and then gives it its name. A reader sees the old file or the whole new one.
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

// random returns a random word for a unique file name.
func random() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
