package main

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"syscall"

	"brood/internal/faultfs"
)

var ops = map[string]faultfs.Op{
	"read": faultfs.Read, "write": faultfs.Write, "open": faultfs.Open, "fsync": faultfs.Fsync,
}

var stalls = map[string]faultfs.Stall{
	"interruptible": faultfs.Interruptible, "killable": faultfs.Killable, "uninterruptible": faultfs.Uninterruptible,
}

var errnos = map[string]syscall.Errno{
	"EIO": syscall.EIO, "ENOSPC": syscall.ENOSPC, "ESTALE": syscall.ESTALE, "ETIMEDOUT": syscall.ETIMEDOUT,
}

// parseRules parses the arguments RULE.
func parseRules(texts []string) (rules []faultfs.Rule, err error) {
	for _, text := range texts {
		rule, err := parseRule(text)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", text, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func parseRule(text string) (rule faultfs.Rule, err error) {
	for _, field := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(field, "=")
		if err := set(&rule, key, value); err != nil {
			return rule, fmt.Errorf("%q: %w", field, err)
		}
	}
	return rule, nil
}

func set(rule *faultfs.Rule, key, value string) (err error) {
	switch key {
	case "name":
		rule.Name = value
		_, err = path.Match(value, "")
	case "from":
		rule.From, err = strconv.ParseInt(value, 10, 64)
	case "after":
		rule.After, err = strconv.ParseInt(value, 10, 64)
	case "times":
		rule.Times, err = strconv.Atoi(value)
	case "stall":
		rule.Stall, err = oneOf(stalls, value)
	case "err":
		rule.Err, err = oneOf(errnos, value)
	case "flip":
		var bits uint64
		bits, err = strconv.ParseUint(value, 0, 8)
		rule.Flip = byte(bits)
	case "shrink":
		rule.Shrink = true
	default:
		var op faultfs.Op
		op, err = oneOf(ops, key)
		rule.Ops |= op
	}
	return err
}

func oneOf[T any](known map[string]T, word string) (T, error) {
	value, ok := known[word]
	if !ok {
		return value, errors.New("unknown word")
	}
	return value, nil
}
