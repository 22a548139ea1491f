package lesson

import "brood/internal/status"

// effectOfKill is 1 if SIGKILL ended a child in state D, 2 if it did not, 3 if no child was in D.
func effectOfKill(r *Result) string {
	switch {
	case printed(r, "SIGKILL 之后的状态：") == "D":
		return "2"
	case printed(r, "SIGKILL:") != "" && printed(r, "收到 SIGTERM 后的状态：") == "D":
		return "1"
	default:
		return "3"
	}
}

// endWithoutChild is 1 if the main process waited for the child, 2 if it ended without it, 3 if none was left.
func endWithoutChild(r *Result) string {
	switch {
	case leftBehind(r) == nil:
		return "3"
	case r.Family.Members[0].Ended.IsZero():
		return "1"
	default:
		return "2"
	}
}

// leftBehind is the first child that had not ended when its parent had, or nil.
func leftBehind(r *Result) *status.Member {
	for _, m := range r.Family.Children(r.Family.Members[0]) {
		if m.Ended.IsZero() {
			return m
		}
	}
	return nil
}
