package item

import "io"

// combined returns every combination of the items of the groups. The last group varies fastest.
func combined(groups []*group) func() (Item, error) {
	begun := false
	return func() (Item, error) {
		i := 0 // the group that moves on; those after it begin again
		if begun {
			i = len(groups) - 1
		}
		begun = true
		for {
			err := groups[i].advance()
			if err == nil {
				break
			}
			if err != io.EOF || i == 0 {
				return nil, err
			}
			i--
		}
		for _, g := range groups[i+1:] {
			g.position = 0
			if err := g.advance(); err != nil { // io.EOF: the group is empty, so there are no combinations
				return nil, err
			}
		}
		var item Item
		for _, g := range groups {
			item = append(item, g.item...)
		}
		return item, nil
	}
}

// group is a source with all sources linked to it. Each of its items has a value of each of them.
type group struct {
	sources  []*values
	item     Item   // the current one
	keep     bool   // the items are needed again
	kept     []Item // the items already read
	position int    // the next item in kept; len(kept): read one
	ended    bool   // kept has all items
}

// grouped puts linked sources into one group. The items of the first group are read only once.
func grouped(specs []Source, sources []*values) []*group {
	var groups []*group
	for i, source := range sources {
		if i == 0 || !specs[i].Linked {
			groups = append(groups, &group{keep: i > 0})
		}
		g := groups[len(groups)-1]
		g.sources = append(g.sources, source)
	}
	return groups
}

// advance makes the next item the current one. After the last it returns io.EOF.
func (g *group) advance() error {
	if g.position < len(g.kept) {
		g.item = g.kept[g.position]
		g.position++
		return nil
	}
	if g.ended {
		return io.EOF
	}
	item, err := g.read()
	if err != nil {
		g.ended = err == io.EOF
		return err
	}
	g.item = item
	if g.keep {
		g.kept = append(g.kept, item)
		g.position++
	}
	return nil
}

// read reads a value of each source. The shortest source ends the group.
func (g *group) read() (Item, error) {
	var item Item
	for _, source := range g.sources {
		columns, err := source.next()
		if err != nil {
			return nil, err
		}
		item = append(item, columns...)
	}
	return item, nil
}

// repeated returns items with a value of each source, until the end of the longest source.
func repeated(sources []*values) func() (Item, error) {
	var loops []*loop
	for _, source := range sources {
		loops = append(loops, &loop{source: source})
	}
	return func() (Item, error) {
		var item Item
		var reading []*loop
		for _, l := range loops {
			columns, err := l.next()
			if err != nil {
				return nil, err
			}
			item = append(item, columns...)
			if !l.ended {
				reading = append(reading, l)
			}
		}
		if len(reading) == 0 {
			return nil, io.EOF
		}
		if len(reading) == 1 { // the longest source, which never begins again
			reading[0].longest, reading[0].kept = true, nil
		}
		return item, nil
	}
}

// loop is a source that begins again after its last value.
type loop struct {
	source   *values
	longest  bool   // its values are not needed again
	kept     []Item // the values already read; none for the longest
	position int    // the next one in kept, after the end
	ended    bool
}

// next returns the next value, as columns. It returns io.EOF if there is no value to begin again with.
func (l *loop) next() (Item, error) {
	if !l.ended {
		item, err := l.source.next()
		if err == nil && !l.longest {
			l.kept = append(l.kept, item)
		}
		if err != io.EOF {
			return item, err
		}
		l.ended = true
	}
	if len(l.kept) == 0 {
		return nil, io.EOF
	}
	item := l.kept[l.position]
	l.position = (l.position + 1) % len(l.kept)
	return item, nil
}
