package cli

import (
	"io"

	"github.com/urfave/cli/v2"

	"brood/internal/view"
)

// A terminal may be as wide as it likes: lines of more than mostColumns are hard to read.
const (
	leastColumns = 60
	usualColumns = 80
	mostColumns  = 100
)

// showHelp is the library's way to print help, whose own has flags in the order of the
// alphabet and knows no examples. app is the whole of which data, the second of the
// library's own arguments, may be a command.
func showHelp(app *cli.App) func(w io.Writer, template string, data any) {
	return func(w io.Writer, _ string, data any) {
		columns := usualColumns
		if width, _ := view.Size(w); width > 0 {
			columns = min(max(width, leastColumns), mostColumns)
		}
		text := describe(app).Help(columns)
		if c, ok := data.(*cli.Command); ok && c.Name != app.Name {
			text = describeCommand(app, c).Help(app.Name, columns)
		}
		io.WriteString(w, text)
	}
}
