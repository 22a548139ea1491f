//go:build unix && !linux

package process_test

import "errors"

func setDescriptors(int) error { return errors.New("needs Linux: a limit of descriptors") }

func shortenPipes(int) error { return errors.New("needs Linux: the size of a pipe") }
