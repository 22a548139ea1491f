package item

import "math"

// Count returns the number of items, if that is known without reading files. next is the number of values of each
// source with Next; below 0 if that is not known.
func (s Spec) Count(next int) (count int, known bool) {
	var groups []int // numbers of items; every combination of them is an item
	for i, source := range s.Sources {
		n := next
		if source.Next == nil {
			n = len(source.Args)
		}
		if source.File != "" || n < 0 {
			return 0, false
		}
		if s.Header {
			n = max(n-1, 0)
		}
		switch last := len(groups) - 1; {
		case i > 0 && s.Link && (n == 0 || groups[0] == 0):
			groups[0] = 0 // an empty source cannot begin again
		case i > 0 && s.Link:
			groups[0] = max(groups[0], n)
		case i > 0 && source.Linked:
			groups[last] = min(groups[last], n)
		default:
			groups = append(groups, n)
		}
	}
	count = 1
	for _, n := range groups {
		if n > 0 && count > math.MaxInt/n {
			return 0, false
		}
		count *= n
	}
	return count, len(groups) > 0
}
