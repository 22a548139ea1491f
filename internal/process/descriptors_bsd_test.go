//go:build unix && !linux

package process_test

import "errors"

func setDescriptors(int) error { return errors.New("only Linux is asked for its limits") }

func shortenPipes(int) error { return errors.New("only Linux can") }
