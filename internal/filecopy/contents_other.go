//go:build !linux

package filecopy

import "context"

func (c *contents) moveSized(ctx context.Context, size int64) error {
	return c.readWrite(ctx, c.proved, size)
}
