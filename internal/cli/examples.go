package cli

import "brood/internal/manual"

// The groups of flags, in the order in which help has them.
const (
	aboutCopied   = "What is copied"
	aboutCompared = "What is compared"
	aboutProof    = "How it is proved"
	aboutSlots    = "How many at once"
	aboutFailure  = "When something fails"
	aboutChild    = "What a child may do and take"
	aboutCluster  = "On a cluster"
	aboutLesson   = "How it is told"
	aboutQuiz     = "The quiz"
	aboutPicture  = "What is drawn"
	aboutLog      = "What is said"
)

func groups() []string {
	return []string{aboutCopied, aboutCompared, aboutProof, aboutSlots, aboutFailure, aboutChild, aboutCluster, aboutLesson, aboutQuiz, aboutPicture, aboutLog}
}

// examples are what a command is for, with the line to type.
func examples(command string) []manual.Entry {
	switch command {
	case "copy":
		return []manual.Entry{
			{Term: "A folder of videos, a child process for each:", Text: "brood copy videos /disk/videos"},
			{Term: "A camera card that will be emptied afterwards:", Text: "brood copy --durable --verify --checksums card.xxh128 /media/card /disk"},
			{Term: "What is on a disk that dies, then once more what has failed:", Text: "brood copy --stall 20s --retries 2 --record run.jsonl /media/old /disk"},
			{Text: "brood copy --retry-failed run.jsonl"},
			{Term: "Beside other work, with a rate for all children together:", Text: "brood copy --nice 19 --ionice idle --bwlimit 10M videos /disk/videos"},
			{Term: "By the nodes of a cluster, eight at once:", Text: "brood copy --on slurm --nodes 8 --retries 2 videos /archive/videos"},
			{Term: "Only to see what would be copied:", Text: "brood copy --dry-run --include '*.{mov,mp4}' videos /disk/videos"},
		}
	case "verify":
		return []manual.Entry{
			{Term: "Whether a copy is still what its source is:", Text: "brood verify --hash blake3 /media/card /disk"},
		}
	case "report":
		return []manual.Entry{
			{Term: "What a run came to, that had --record run.jsonl:", Text: "brood report run.jsonl"},
			{Term: "As a page for a browser, and as a picture for a paper:", Text: "brood report --html run.html --svg run.svg run.jsonl"},
		}
	case "ps":
		return []manual.Entry{
			{Term: "What runs, and how fast, until Ctrl-C:", Text: "brood ps --watch"},
		}
	case "follow":
		return []manual.Entry{
			{Term: "What brood copy --on slurm has submitted, and was left:", Text: "brood follow /archive/videos.brood-20261129-022355-4649"},
		}
	case "stop":
		return []manual.Entry{
			{Term: "All tasks of a copy on a cluster:", Text: "brood stop /archive/videos.brood-20261129-022355-4649"},
		}
	case "limit":
		return []manual.Entry{
			{Term: "Half the bandwidth, and all of it again, for the run with the PID 4711:", Text: "brood limit 4711 5M"},
			{Text: "brood limit 4711 off"},
		}
	case lessonName:
		return []manual.Entry{
			{Term: "What a zombie is:", Text: "brood lesson zombie"},
			{Term: "A quiz with another scenario:", Text: "brood lesson quiz --seed 7"},
		}
	case "completion":
		return []manual.Entry{
			{Term: "In this shell alone:", Text: ". <(brood completion bash)"},
		}
	case "man":
		return []manual.Entry{
			{Term: "To read it where it is not installed:", Text: "brood man | man -l -"},
		}
	}
	return nil
}

func exitStatuses() []manual.Entry {
	return []manual.Entry{
		{Term: "0", Text: "All is done."},
		{Term: "1", Text: "Some file failed, and is named with the reason; the rest is done. Of brood verify: something differs."},
		{Term: "2", Text: "The command line makes no sense, or the run could not begin; nothing was touched."},
		{Term: "128+n", Text: "Ended by signal n: 130 after Ctrl-C."},
	}
}

func environment() []manual.Entry {
	return []manual.Entry{
		{Term: "NO_COLOR", Text: "If it is set and not empty, progress has no colour."},
		{Term: "TERM", Text: "On a terminal that is dumb, no progress is drawn."},
		{Term: "LC_ALL, LC_MESSAGES, LANG", Text: "The first of these that is set tells the language of the lessons: Chinese where it begins with zh, else English."},
	}
}
