package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Destination opens the folder path as the destination of copies from src. If it or its
// parents are missing, Destination makes them. The new folder is not more readable than src.
// With Durable, the new names are on the medium.
func Destination(src *os.Root, path string, opts Options) (*os.Root, error) {
	dst, err := os.OpenRoot(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return dst, err
	}
	info, err := stat(src, ".")
	if err != nil {
		return nil, err
	}
	there := nearestExisting(path)
	if err := os.MkdirAll(path, info.Mode().Perm()|0o700); err != nil {
		return nil, err
	}
	if dst, err = os.OpenRoot(path); err != nil {
		return nil, err
	}
	if opts.Archive {
		err = dst.Chmod(".", 0o700) // like each folder until it is full
	}
	if err == nil {
		err = openUp(dst, src, ".", info, opts)
	}
	if err == nil && opts.Durable {
		err = syncBetween(path, there)
	}
	if err != nil {
		dst.Close()
		return nil, err
	}
	return dst, nil
}

// nearestExisting returns the nearest folder above path that exists.
func nearestExisting(path string) string {
	for {
		path = filepath.Dir(path)
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
	}
}

// syncBetween syncs the folders above path, up to there, which existed before.
func syncBetween(path, there string) error {
	for path != there {
		path = filepath.Dir(path)
		f, err := os.Open(path)
		if err != nil {
			return NewError("open folder", err)
		}
		err = syncFolder(f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
