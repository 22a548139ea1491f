package cli

import "brood/internal/manual"

// surroundings returns what the man page of a command has besides its flags, or that of the program for "".
func surroundings(command string) manual.Surroundings {
	var s manual.Surroundings
	switch command {
	case "":
		return manual.Surroundings{
			Statuses:    []manual.Entry{done, failed, misused, signalled},
			Environment: []manual.Entry{columnsVariable, language, noColor, terminal},
			Files:       []manual.Entry{temporary},
		}
	case "copy":
		s.Statuses = []manual.Entry{done, failed, misused, signalled}
		s.Environment = []manual.Entry{noColor, terminal}
		s.Files = []manual.Entry{temporary, marker}
	case "follow":
		s.Statuses = []manual.Entry{done, failed, misused, signalled}
		s.Environment = []manual.Entry{noColor, terminal}
		s.Files = []manual.Entry{marker}
	case "verify":
		s.Statuses = []manual.Entry{
			{Term: "0", Text: "Nothing differs."},
			{Term: "1", Text: "Something differs, or cannot be read."},
			misused, signalled,
		}
		s.Environment = []manual.Entry{noColor, terminal}
	case "report":
		s.Statuses = []manual.Entry{
			done,
			{Term: "1", Text: "The record is damaged; the report has what could be read."},
			{Term: "2", Text: "The command line is wrong, or the file is not a record of this or an earlier version."},
		}
		s.Environment = []manual.Entry{columnsVariable, language}
	case "ps":
		s.Statuses = []manual.Entry{
			done, {Term: "2", Text: "The command line is wrong, or this system has no /proc."}, signalled}
		s.Environment = []manual.Entry{columnsVariable}
		s.Files = []manual.Entry{{Term: "/proc", Text: "Everything that brood ps shows of this machine is read here."}}
	case lessonName:
		s.Statuses = []manual.Entry{done, misused, signalled}
		s.Environment = []manual.Entry{columnsVariable, language}
	default:
		s.Statuses = []manual.Entry{done, {Term: "2", Text: "The command line is wrong, or the command failed."}}
	}
	return s
}

var (
	done   = manual.Entry{Term: "0", Text: "All is done."}
	failed = manual.Entry{Term: "1",
		Text: "Some file failed; the log names it and the reason. The rest is done."}
	misused = manual.Entry{Term: "2",
		Text: "The command line is wrong, or the run could not begin. Nothing was touched."}
	signalled = manual.Entry{Term: "128+n", Text: "Ended by signal n: 130 after Ctrl-C."}

	noColor         = manual.Entry{Term: "NO_COLOR", Text: "Progress has no colour if this is set and not empty."}
	terminal        = manual.Entry{Term: "TERM", Text: "No progress is drawn if this is dumb."}
	columnsVariable = manual.Entry{Term: "COLUMNS",
		Text: "The width of help, ps, report and lessons where they are not on a terminal. " +
			"Without it lines of help and report have 80 columns, and lines of ps are whole."}
	language = manual.Entry{Term: "LC_ALL, LC_MESSAGES, LANG",
		Text: "The first of these that is set chooses the language of lessons and reports: " +
			"Chinese if it begins with zh, otherwise English."}

	temporary = manual.Entry{Term: ".NAME.1a2b3c4d.brood",
		Text: "A file that is not complete, beside its final name. The next run removes what a killed run has left."}
	marker = manual.Entry{Term: ".brood.1a2b3c4d.brood",
		Text: "An empty folder in DEST during a copy on a cluster: nodes prove with it that they see the same DEST."}
)
