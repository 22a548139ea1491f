package output

import (
	"errors"
	"os"
	"path/filepath"

	"brood/internal/tempfile"
)

// openFiles makes the files of a command whose output appears at its end.
func (o *Output) openFiles() error {
	for i, name := range names() {
		f, err := o.openFile(name)
		if err != nil {
			o.closeFiles()
			return err
		}
		o.files[i] = f
	}
	return nil
}

func names() [2]string { return [2]string{"stdout", "stderr"} }

// openFile makes a file without a name, or the one in the folder of the results.
func (o *Output) openFile(name string) (*tempfile.File, error) {
	if o.folder == "" {
		return o.collector.files.Create()
	}
	f, err := os.OpenFile(filepath.Join(o.folder, name), os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &tempfile.File{File: f}, nil
}

func (o *Output) closeFiles() {
	for _, f := range o.files {
		if f != nil {
			f.Close()
		}
	}
}

// endFiles reads the files of a command that has ended.
func (o *Output) endFiles() (texts [2]text, err error) {
	var empty *tempfile.File
	for i, f := range o.files {
		t, failed := load(f)
		texts[i], err = t, errors.Join(err, failed)
		if t.size == 0 && o.folder == "" {
			empty = f
		}
	}
	if err == nil {
		err = o.checkRoom(empty)
	}
	for i, f := range o.files {
		if texts[i].file == nil {
			f.Close()
		}
	}
	return texts, err
}
