package run

import (
	"time"

	"brood/internal/census"
	"brood/internal/status"
)

// postEvery is how often brood ps may see something new about a cluster.
const postEvery = 2 * time.Second

// post shows brood ps on this machine the tasks and their children, which are on other
// machines, until end is called. Where it cannot, brood ps shows none of them.
func (r *run) post() (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var board census.Board
		defer board.Close()
		ticks := time.NewTicker(postEvery)
		defer ticks.Stop()
		for {
			_ = board.Post(r.notice(time.Now()))
			select {
			case <-ticks.C:
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (r *run) notice(now time.Time) census.Notice {
	n := census.Notice{At: now}
	r.status.Look(func(s *status.Standing) {
		n.Cluster = census.Cluster{Bytes: s.Moved(), Rate: s.Rate(now), Waiting: s.Waiting, Why: s.Why}
		for _, t := range s.ByTask() {
			n.Tasks = append(n.Tasks, remoteTask(t, now))
		}
	})
	return n
}

func remoteTask(t *status.ClusterTask, now time.Time) census.RemoteTask {
	remote := census.RemoteTask{ID: t.ID, Node: t.Node, Remote: census.Remote{
		PID: t.PID, Name: t.Name, File: []byte(t.File), Files: t.Items,
		Bytes: t.Moved, Rate: t.Rate(now), Started: t.Started,
	}}
	for _, c := range t.Children {
		remote.Children = append(remote.Children, census.Remote{
			PID: c.PID, Name: c.Name, File: []byte(c.File), Files: c.Items, Nth: c.Nth, Done: c.Bytes, Size: c.Size,
			Phase: c.Phase, Silent: c.Silent, State: c.State, Bytes: c.Moved, Rate: c.Rate(now), Started: c.Started,
		})
	}
	return remote
}
