package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// kept is an attempt that has ended and may be followed by another. Nobody knows yet: the run may be stopped before
// that, or there may be no room for it.
//
//	Close, not the last ─▶ kept ─┬─ the next attempt is Started ──────────────────▶ dropped
//	                             └─ Settle, or the next attempt cannot be started ─▶ stored and printed
type kept struct {
	output        *Output
	end           End
	texts, stored [2]text
	files         bool  // one of them is a file
	aside         bool  // its results have other names, since the next attempt was opened
	err           error // why the texts are gone
}

// keep keeps an attempt that may not be the last. Lines are printed at once if it is their turn.
func (c *Collector) keep(o *Output, end End, texts, stored [2]text, err error) {
	if c.options.Mode == Lines {
		c.mu.Lock()
		if c.mayPrint(o.item.Seq) {
			c.print(finished{o.item.Tag, texts})
			texts = [2]text{}
		}
		c.mu.Unlock()
	}
	k := &kept{output: o, end: end, texts: texts, stored: stored}
	if err != nil { // the caller of Close knows
		c.releaseKept(k)
		return
	}
	if c.options.Mode == Lines && c.results.folders() {
		c.releaseAll(&k.stored) // the folder has it
	}
	for i := range texts {
		k.files = k.files || k.texts[i].file != nil || k.stored[i].file != nil
	}
	c.keptMu.Lock()
	defer c.keptMu.Unlock()
	// Windows does not rename a file that is open, as setAside would have to.
	full := c.keptFiles >= c.options.Kept || runtime.GOOS == "windows" && c.results.folders()
	if k.files && full {
		k.err = fmt.Errorf("%w: too many large outputs wait for another attempt", ErrIncomplete)
		c.releaseKept(k)
	}
	if k.files {
		c.keptFiles++
	}
	c.kept[o.item.Seq] = k
}

// takeKept returns the attempt that is kept, nil for none. It is not kept any more.
func (c *Collector) takeKept(seq int) *kept {
	c.keptMu.Lock()
	defer c.keptMu.Unlock()
	k := c.kept[seq]
	delete(c.kept, seq)
	if k != nil && k.files {
		c.keptFiles--
	}
	return k
}

// supersede drops the attempt that is kept, because another one runs now.
func (c *Collector) supersede(seq int) {
	if k := c.takeKept(seq); k != nil {
		c.releaseKept(k)
		if k.aside {
			_ = c.probe(nil) // it counts
			for _, name := range names() {
				os.Remove(filepath.Join(k.output.folder, "."+name))
			}
		}
	}
}

func (c *Collector) releaseKept(k *kept) {
	c.releaseAll(&k.texts)
	if c.options.Mode == Lines { // otherwise both are the same
		c.releaseAll(&k.stored)
	}
	k.stored, k.files = [2]text{}, false
}

// notStarted handles the end of an attempt that could not be started, after one that is kept.
func (c *Collector) notStarted(k *kept, why string, last bool) error {
	if !last {
		c.keptMu.Lock()
		defer c.keptMu.Unlock()
		c.kept[k.output.item.Seq] = k
		if k.files {
			c.keptFiles++
		}
		return nil
	}
	k.end.Error += "; the next attempt was not started: " + why
	return c.deliverKept(k)
}

// deliverKept stores and prints an attempt that was kept.
func (c *Collector) deliverKept(k *kept) error {
	if k.aside {
		for _, name := range names() {
			from, to := filepath.Join(k.output.folder, "."+name), filepath.Join(k.output.folder, name)
			if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
				k.err = errors.Join(k.err, cause(err))
			}
		}
	}
	return c.deliver(k.output, k.end, k.texts, k.stored, k.err)
}

// setAside renames the results of the attempt that is kept, if there is one, so that the next attempt can have their
// names.
func (c *Collector) setAside(seq int, folder string) error {
	c.keptMu.Lock()
	defer c.keptMu.Unlock()
	k := c.kept[seq]
	if k == nil || k.aside {
		return nil
	}
	k.aside = true
	for _, name := range names() {
		if err := os.Rename(filepath.Join(folder, name), filepath.Join(folder, "."+name)); err != nil {
			return err
		}
	}
	return nil
}
