package cli

import (
	"io"

	"github.com/urfave/cli/v2"

	"brood/internal/view"
)

// Lines wider than mostColumns are hard to read, however wide the terminal is.
const (
	leastColumns = 60
	usualColumns = 80
	mostColumns  = 100
)

// showHelp returns the function with which the library prints help. The library's own lists
// flags by the alphabet and has no examples. Its data is app, or one of app's commands.
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
