package cli

import "brood/internal/manual"

// The groups of flags, in the order of help.
const (
	aboutCopied   = "Files to copy"
	aboutCompared = "Files to compare"
	aboutItems    = "Items"
	aboutCommand  = "The command"
	aboutOutput   = "Output of commands"
	aboutProof    = "Verification"
	aboutSlots    = "Children at once"
	aboutFailure  = "Failures"
	aboutChild    = "Limits of a child"
	aboutCluster  = "On a cluster"
	aboutTrace    = "The program"
	aboutLesson   = "Presentation"
	aboutQuiz     = "The quiz"
	aboutPicture  = "Pictures"
	aboutLog      = "Log and result"
)

func groups() []string {
	return []string{
		aboutCopied, aboutCompared, aboutItems, aboutCommand, aboutOutput, aboutProof, aboutSlots, aboutFailure, aboutChild, aboutCluster,
		aboutTrace, aboutLesson, aboutQuiz, aboutPicture, aboutLog,
	}
}

// examples returns what a command is good for, with the line to type.
func examples(command string) []manual.Entry {
	switch command {
	case "": // the program
		return []manual.Entry{
			{Term: "Copy a folder, each file by a child process of its own:", Text: "brood copy videos /disk/videos"},
			{Term: "Watch it from another terminal:", Text: "brood ps --watch"},
			{Term: "See how processes work:", Text: "brood lesson pids"},
			{Term: "Read about a command in short; --help has all its flags:", Text: "brood copy -h"},
		}
	case "copy":
		return []manual.Entry{
			{Term: "Copy a folder of videos, each by a child process of its own:",
				Text: "brood copy videos /disk/videos"},
			{Term: "Copy files and folders, each under its own name:",
				Text: "brood copy *.mov notes.txt holiday /disk/archive"},
			{Term: "Copy a camera card that will be emptied afterwards:",
				Text: "brood copy --durable --verify --checksums card.xxh128 /media/card /disk"},
			{Term: "Save a dying disk, then try again what failed:",
				Text: "brood copy --stall 20s --retries 2 --record run.jsonl /media/old /disk"},
			{Text: "brood copy --retry-failed run.jsonl"},
			{Term: "Copy beside other work, with one rate for all children together:",
				Text: "brood copy --nice 19 --bwlimit 10M videos /disk/videos"},
			{Term: "Copy on eight nodes of a cluster:",
				Text: "brood copy --on slurm --nodes 8 --retries 2 videos /archive/videos"},
			{Term: "Copy only the files in a list:",
				Text: "brood copy --files-from list.txt videos /disk/videos"},
			{Term: "List what would be copied:",
				Text: "brood copy --dry-run --include '*.{mov,mp4}' videos /disk/videos"},
		}
	case "verify":
		return []manual.Entry{
			{Term: "Prove that a copy still equals its source:", Text: "brood verify --hash blake3 /media/card /disk"},
		}
	case runName:
		return []manual.Entry{
			{Term: "Convert each video, four at once:",
				Text: "find . -name '*.mov' -print0 | brood run -0 -j4 -- ffmpeg -i {} {.}.mp4"},
			{Term: "The same for the videos below a folder:",
				Text: "brood run --from videos --include '*.mov' --timeout 1h -- ffmpeg -i {} out/{/.}.mp4"},
			{Term: "Compress files, and name the failures:", Text: "brood run -- gzip -9 ::: *.log"},
			{Term: "Use a shell; brood quotes the items:",
				Text: "brood run --shell 'zcat {} | wc -l' ::: *.gz"},
			{Term: "Every combination, with a time limit and two retries:",
				Text: "brood run --timeout 1h --retries 2 -- ./render {1} {2} ::: day night ::: 1080 2160"},
			{Term: "Print the commands:", Text: "brood run --dry-run -- mv {} {.}.bak ::: *.txt"},
		}
	case "report":
		return []manual.Entry{
			{Term: "Draw a run that had --record run.jsonl:", Text: "brood report run.jsonl"},
			{Term: "Draw it for a browser, and as a picture for a paper:",
				Text: "brood report --html run.html --svg run.svg run.jsonl"},
		}
	case "ps":
		return []manual.Entry{
			{Term: "Watch the runs and their speed, until Ctrl-C:", Text: "brood ps --watch"},
		}
	case "follow":
		return []manual.Entry{
			{Term: "Continue a run of brood copy --on slurm that was left:",
				Text: "brood follow /archive/videos.brood-20261129-022355-4649"},
		}
	case "stop":
		return []manual.Entry{
			{Term: "End all tasks of a copy on a cluster:",
				Text: "brood stop /archive/videos.brood-20261129-022355-4649"},
		}
	case "limit":
		return []manual.Entry{
			{Term: "Halve the bandwidth of the run with the PID 4711, then lift the limit:",
				Text: "brood limit 4711 5M"},
			{Text: "brood limit 4711 off"},
			{Term: "Run two children at once from now on:", Text: "brood limit 4711 --jobs 2"},
		}
	case traceName:
		return []manual.Entry{
			{Term: "See what a shell does for a pipe:", Text: "brood trace sh -c 'ls | wc -l'"},
			{Term: "See it in a browser:", Text: "brood trace --report run.html python3 program.py"},
		}
	case lessonName:
		return []manual.Entry{
			{Term: "See what a zombie is:", Text: "brood lesson zombie"},
			{Term: "See all lessons, ten times as fast as the tutorial:", Text: "brood lesson all --pace 0.1"},
			{Term: "Take the quiz with another scenario:", Text: "brood lesson quiz --seed 7"},
		}
	case "completion":
		return []manual.Entry{
			{Term: "Complete in this shell only:", Text: ". <(brood completion bash)"},
		}
	case "man":
		return []manual.Entry{
			{Term: "Read a page that is not installed:", Text: "brood man copy | man -l -"},
			{Term: "Install all pages for yourself:", Text: "brood man --to ~/.local/share/man"},
		}
	}
	return nil
}
