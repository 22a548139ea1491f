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

// processObject is a process as JSON. What the system does not tell is null; a name that
// is no UTF-8 is there twice, as in an event.
type processObject struct {
	PID           int              `json:"pid"`
	PPID          int              `json:"ppid"`
	Role          census.Role      `json:"role"`
	OrphanOf      int              `json:"orphan_of,omitempty"`
	Name          string           `json:"name,omitempty"`
	Target        string           `json:"target,omitempty"`
	Command       []string         `json:"command,omitempty"`
	CommandBase64 [][]byte         `json:"command_base64,omitempty"`
	File          string           `json:"file,omitempty"`
	FileBase64    []byte           `json:"file_base64,omitempty"`
	Files         int              `json:"files,omitempty"`
	State         string           `json:"state"`
	Age           float64          `json:"age"`
	CPU           float64          `json:"cpu"`
	RSS           int64            `json:"rss"`
	Read          *int64           `json:"read"`
	Written       *int64           `json:"written"`
	Bytes         *int64           `json:"bytes"`
	Rate          *float64         `json:"rate"`
	Children      []*processObject `json:"children"`
}

// ProcessesJSON writes the broods of a census as one array on one line. A terminal
// that shows it does nothing else.
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
	objects := []*processObject{} // not null
	for _, p := range processes {
		objects = append(objects, objectOf(p))
	}
	return objects
}

func objectOf(p *census.Process) *processObject {
	o := &processObject{
		PID: p.PID, PPID: p.PPID, Role: p.Role, OrphanOf: p.Starter, Target: p.Target, Files: p.Files,
		State: p.State, Age: p.Age.Seconds(), CPU: p.CPU.Seconds(), RSS: p.RSS, Children: processObjects(p.Children),
	}
	o.Name, _ = event.Readable(p.Name)
	o.File, o.FileBase64 = event.Readable(p.File)
	o.setCommand(p.Command)
	if moved, ok := p.Moved(); ok {
		o.Read, o.Written, o.Bytes, o.Rate = &p.IO.Read, &p.IO.Written, &moved, &p.Rate
	}
	return o
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
