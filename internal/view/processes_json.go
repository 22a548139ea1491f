package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"brood/internal/census"
	"brood/internal/event"
)

// processObject is a process as JSON. Facts that the system does not tell are null. A name that is no UTF-8 appears
// twice, as in an event.
type processObject struct {
	PID           int              `json:"pid"`
	PPID          int              `json:"ppid"`
	Role          census.Role      `json:"role"`
	OrphanOf      int              `json:"orphan_of,omitempty"`
	Name          string           `json:"name,omitempty"`
	Node          string           `json:"node,omitempty"`
	Task          string           `json:"task,omitempty"`
	Target        string           `json:"target,omitempty"`
	Command       []string         `json:"command,omitempty"`
	CommandBase64 [][]byte         `json:"command_base64,omitempty"`
	File          string           `json:"file,omitempty"`
	FileBase64    []byte           `json:"file_base64,omitempty"`
	Files         int              `json:"files,omitempty"`
	Nth           int              `json:"nth,omitempty"`
	Done          int64            `json:"done,omitempty"`
	Size          int64            `json:"size,omitempty"`
	Phase         string           `json:"phase,omitempty"`
	Silent        string           `json:"silent,omitempty"`
	State         *string          `json:"state"`
	Age           float64          `json:"age"`
	CPU           *float64         `json:"cpu"`
	RSS           *int64           `json:"rss"`
	Read          *int64           `json:"read"`
	Written       *int64           `json:"written"`
	Bytes         *int64           `json:"bytes"`
	Rate          *float64         `json:"rate"`
	Cluster       *clusterObject   `json:"cluster,omitempty"`
	Children      []*processObject `json:"children"`
}

// clusterObject describes a parent's tasks that have no object of their own.
type clusterObject struct {
	Waiting int     `json:"waiting"`
	Reason  string  `json:"reason,omitempty"`
	More    int     `json:"more"`
	Told    float64 `json:"told"`
}

// ProcessesJSON writes the broods of a census as one array on one line. The line has no escapes for a terminal.
func ProcessesJSON(w io.Writer, c *census.Census) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(processObjects(c.Broods)); err != nil {
		return fmt.Errorf("encode processes: %w", err)
	}
	_, err := w.Write(event.Harmless(line.Bytes()))
	return err
}

func processObjects(processes []*census.Process) []*processObject {
	objects := []*processObject{} // an empty array in place of null
	for _, p := range processes {
		objects = append(objects, objectOf(p))
	}
	return objects
}

func objectOf(p *census.Process) *processObject {
	o := &processObject{
		PID: p.PID, PPID: p.PPID, Role: p.Role, OrphanOf: p.Starter, Target: p.Target, Files: p.Files,
		Node: p.Node, Task: p.Task, Age: p.Age.Seconds(), Children: processObjects(p.Children),
	}
	if p.State != "" {
		o.State = &p.State
	}
	o.Name, _ = event.Readable(p.Name)
	o.File, o.FileBase64 = event.Readable(p.File)
	o.setCommand(p.Command)
	if moved, ok := p.Moved(); ok {
		o.Bytes, o.Rate = &moved, &p.Rate
	}
	if p.IO != nil {
		o.Read, o.Written = &p.IO.Read, &p.IO.Written
	}
	if c := p.Cluster; c != nil {
		o.Cluster = &clusterObject{c.Waiting, c.Why, c.More, c.Ago.Seconds()}
	}
	o.setRemote(p)
	return o
}

// setRemote sets the facts from a notice, or the CPU time and the memory from /proc.
func (o *processObject) setRemote(p *census.Process) {
	if r := p.Remote; r != nil {
		o.Nth, o.Done, o.Size, o.Phase, o.Silent = r.Nth, r.Done, r.Size, r.Phase, r.Silent
		return
	}
	cpu := p.CPU.Seconds()
	o.CPU, o.RSS = &cpu, &p.RSS
}

func (o *processObject) setCommand(arguments []string) {
	exact := false
	for _, a := range arguments {
		text, _ := event.Readable(a)
		o.Command = append(o.Command, text)
		exact = exact || !utf8.ValidString(a)
	}
	for _, a := range arguments {
		if exact {
			o.CommandBase64 = append(o.CommandBase64, []byte(a))
		}
	}
}
