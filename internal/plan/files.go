package plan

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"strings"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Files are the regular files below a folder that the filters choose. Links and special files are left out, and so are
// the leftovers of interrupted copies.
type Files struct {
	folder string // as the user wrote it
	tree   Tree
	opts   Options
}

// OpenFiles opens a folder, or the folder that a link leads to. Of the options it uses Include and Exclude. The error
// is the cause alone. The caller closes the files.
func OpenFiles(folder string, opts Options) (*Files, error) {
	if folder == "" {
		return nil, errNoName
	}
	info, err := os.Stat(folder)
	switch {
	case err != nil:
		return nil, filecopy.Cause(err)
	case !info.IsDir():
		return nil, errors.New("is no folder")
	}
	if err := readable(folder, true); err != nil {
		return nil, filecopy.Cause(err)
	}
	root, file, err := openFolder(folder)
	if err != nil {
		return nil, filecopy.Cause(err)
	}
	opened := &Folders{sources: []*os.Root{root}, files: []*os.File{file}}
	return &Files{folder, Tree{Source: folder, Folders: opened}, opts}, nil
}

// All walks the folder and yields the path of each file, as find prints it, with its info. It passes each folder or
// file that cannot be read to unread, and walks the rest. It holds a few thousand names at most. When ctx is done, it
// ends early.
func (f *Files) All(ctx context.Context, unread func(path, why string)) iter.Seq2[string, fs.FileInfo] {
	return func(yield func(string, fs.FileInfo) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		w, err := newWalk(ctx, &pulse{}, f.tree, f.opts, func(e event.Event) {
			if e.Kind == event.Failed {
				unread(f.path(e.File), e.Error)
			}
		})
		if err != nil {
			unread(f.folder, err.Error())
			return
		}
		defer w.close()
		w.pass = func(e entry) {
			if ctx.Err() == nil && !yield(f.path(e.name), e.info) {
				cancel()
			}
		}
		w.run()
	}
}

// path returns the path of a name below the folder. It does not clean it: "./-x" is safer for commands than "-x".
func (f *Files) path(name string) string {
	switch {
	case name == ".":
		return f.folder
	case strings.LastIndexFunc(f.folder, separates) == len(f.folder)-1:
		return f.folder + name
	}
	return f.folder + "/" + name
}

// Close closes the folder. A walk that still goes on fails.
func (f *Files) Close() { f.tree.Folders.Close() }
