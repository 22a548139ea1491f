//go:build !linux

package confine

import "fmt"

func available() error { return fmt.Errorf("%w: only Linux has it", ErrUnavailable) }

func restrict(Access) error { return available() }

func dropPrivileges(Capabilities) error { return nil }
