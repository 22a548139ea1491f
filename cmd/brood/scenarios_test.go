package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// scenarios are cases from the test suites of other copiers, and known faults of these. Each names the test that
// tries it here: package.Test, with the name of a subtest after a slash, or a script of testdata/script.
var scenarios = []struct{ peer, scenario, test string }{
	{"coreutils sparse", "holes are kept, at the start, in the middle and at the end", "filecopy.TestHolesAreKept/in the middle"},
	{"coreutils sparse-2", "a file ends in a hole, and keeps its size", "filecopy.TestHolesAreKept/at the end"},
	{"coreutils sparse-2", "a hole beyond 4 GiB", "filecopy.TestHolesAreKept/beyond 4 GiB"},
	{"coreutils sparse-extents", "extents that were allocated and never written", "filecopy.TestUnwrittenExtents"},
	{"coreutils sparse-extents", "data and holes by turns", "filecopy.TestHolesAreKept/everywhere"},
	{"coreutils reflink-auto", "contents are shared where the file system can", "filecopy.TestReflink"},
	{"coreutils reflink-auto", "and moved by the kernel or by hand where it cannot", "filecopy.TestAcrossFileSystems"},
	{"coreutils reflink-perm", "a copy that shares contents has mode and times of its source", "filecopy.TestReflink/xfs"},
	{"coreutils proc-zero-len", "a file says that it is empty, and is not", "filecopy.TestProcfs"},
	{"coreutils proc-short-read", "a file gives little at a read", "filecopy.TestProcfsIsReadToItsEnd"},
	{"coreutils proc-short-read", "a file says more than it has", "filecopy.TestSysfsIsReadToItsEnd"},
	{"coreutils non-utf8-name", "names are bytes", "filecopy.TestNames/invalid UTF-8"},
	{"coreutils non-utf8-name", "through command lines and records, too", "brood.TestNames"},
	{"coreutils file-perm-race", "a copy is at no moment more open than its source", "filecopy.TestNeverMoreReadableThanItsSource"},
	{"coreutils file-perm-race", "nor does an ACL of the folder around it let anybody in", "filecopy.TestDefaultACLIsNotInherited"},
	{"coreutils existing-perm-race", "nor is it when it replaces a file that everybody can read", "filecopy.TestOpenFileIsReplacedBySecret"},
	{"coreutils into-self", "a folder is not copied into itself", "plan.TestCheck/inside"},
	{"coreutils into-self", "also by links, and where it is not there yet", "wrong_dest_inside.txtar"},
	{"coreutils same-file", "a file is not copied onto itself", "plan.TestCheck/a file onto itself"},
	{"coreutils same-file", "nor harmed when it is found under another name", "filecopy.TestDestinationLeadsToTheSource"},
	{"coreutils same-file", "nor when both ends are one", "filecopy.TestSourceAsDestination"},
	{"coreutils dir-vs-file", "a file where the source has a folder, and the reverse", "dir_vs_file.txtar"},
	{"coreutils dir-vs-file", "a folder appears in a file's place meanwhile", "filecopy.TestDirectoryAtDestination/appearing during the copy"},
	{"coreutils abuse", "a link that was just copied is not written through", "link_not_written_through.txtar"},
	{"coreutils thru-dangling", "a link to nothing is replaced, and nothing made through it", "filecopy.TestSymlinkAtDestinationIsReplaced/dangling"},
	{"coreutils thru-dangling", "nor is it a destination", "wrong_dest_dangling.txtar"},
	{"coreutils readonly-dir", "folders that let nobody write are filled", "brood.TestReadOnlyDestination"},
	{"coreutils readonly-dir", "also by the next run", "filecopy.TestSecondRunIntoAReadOnlyFolder"},
	{"coreutils preserve-mode", "permission bits are the source's with any umask", "filecopy.TestFileKeepsContentsModeAndTimes"},
	{"coreutils preserve-slink-time", "a symlink has the times of its source", "filecopy.TestSymlink"},
	{"coreutils special-bits", "setuid, setgid and sticky bits", "filecopy.TestArchive"},
	{"coreutils special-bits", "never with another owner", "filecopy.TestArchiveAsOrdinaryUser"},
	{"coreutils capability", "file capabilities, and after the owner", "filecopy.TestNoStepLetsInTooEarly"},
	{"coreutils acl", "ACLs, or no more rights than they gave", "filecopy.TestArchiveAcross"},
	{"coreutils link-preserve", "hard links", "plan.TestHardLinks"},
	{"coreutils link-preserve", "beside existing files", "filecopy.TestLink"},

	{"rsync change-shrink", "a file shrinks while it is copied", "filecopy.TestSourceChangesMeanwhile/shrinks"},
	{"rsync change-shrink", "also where contents are moved by hand", "filecopy.TestShrinksAcrossFileSystems"},
	{"rsync change-vanish", "a file is gone when its turn comes", "brood.TestVanishedFile"},
	{"rsync growing-file", "a file grows while it is copied", "filecopy.TestSourceChangesMeanwhile/grows"},
	{"rsync source-change-size-continues", "the others are copied all the same", "brood.TestSourceChangesAndTheRestGoesOn"},
	{"rsync partial", "a part of a file is gone on with", "filecopy.TestResume/as it was left"},
	{"rsync longdir", "names as long as they may be", "filecopy.TestNames/15 folders of 255 bytes"},
	{"rsync deep-path", "a tree deeper than a path may be long", "plan.TestDeep"},
	{"rsync symlink-race-source", "a folder or file of the source is swapped for a link", "filecopy.TestSourceSwapped"},
	{"rsync symlink-race-source", "while whole runs copy it", "brood.TestFolderOfTheSourceSwapped"},
	{"rsync symlink-race-dest", "a folder of the destination is swapped for a link", "filecopy.TestFolderOfTheDestinationSwapped"},
	{"rsync symlink-race-dest", "while whole runs fill it", "brood.TestFolderOfTheDestinationSwapped"},
	{"rsync symlink-race-dest", "the temporary is swapped, or was planted", "filecopy.TestTemporarySwapped"},
	{"rsync symlink-race-dest", "by another user, in a folder that both may write in", "brood.TestPlantedTemporary"},
	{"rsync log-control-chars", "names bring no control character to a terminal", "hostile_names.txtar"},

	{"xcp sparse", "holes are kept between file systems, too", "filecopy.TestHolesAreKept/two file systems"},
	{"xcp reflink", "contents are shared, on xfs and btrfs", "filecopy.TestReflink/btrfs"},
	{"xcp source_same_as_dest", "source and destination are the same folder", "wrong_dest_same.txtar"},

	{"temporary name", "a kill at any moment leaves whole files", "brood.TestRandomKills"},
	{"fsync", "a power cut takes no durable copy", "brood.TestPowerLoss"},
	{"resume inside a file", "what counts is proved equal", "filecopy.TestResume/one byte changed"},
	{"resume inside a file", "and in a file that nobody else may reach into", "filecopy.TestResumeTrustsNoStranger"},
	{"verified", "what is compared is what the medium has", "filecopy.TestVerificationReadsTheMedium"},
	{"verified", "a copy that differs never gets its name", "filecopy.TestReadBackDifferent"},
	{"disk full", "no truncated file, and what fits is copied", "brood.TestDiskFull"},
	{"disk full", "reported before the first byte", "brood.TestDiskTooSmall"},
	{"symlinks", "with any target, as they are", "filecopy.TestSymlink/odd bytes"},
	{"hard links and FIFOs", "hard links of files and links", "filecopy.TestLink"},
	{"hard links and FIFOs", "FIFOs, and devices", "filecopy.TestNode"},
	{"sparse files", "without their holes being filled", "filecopy.TestHolesAreKept/nothing else"},
	{"reflink", "at once, and by default", "filecopy.TestReflink"},
	{"progress of one file", "bytes reported as done are on the medium", "filecopy.TestProgressOfADurableCopy"},
	{"JSON log", "one object a line", "log_format.txtar"},
}

// Each test that scenarios names exists.
func TestScenariosHaveTheirCases(t *testing.T) {
	cases := testsOf(t, "../../internal/*/*_test.go", "*_test.go")
	for _, s := range scenarios {
		if strings.HasSuffix(s.test, ".txtar") {
			if _, err := os.Stat("../../testdata/script/" + s.test); err != nil {
				t.Errorf("%s: %v", s.peer, err)
			}
			continue
		}
		test, subtest, _ := strings.Cut(s.test, "/")
		found := cases[test]
		if found == nil || subtest != "" && !found[subtest] {
			t.Errorf("%s: the test %s does not exist", s.peer, s.test)
		}
	}
}

// testsOf returns the tests in the files, each with its string literals. Some of these are the names of subtests.
func testsOf(t *testing.T, globs ...string) map[string]map[string]bool {
	t.Helper()
	tests := map[string]map[string]bool{}
	for _, glob := range globs {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", glob, err, len(files))
		}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
					tests[packageOf(file)+"."+f.Name.Name] = stringsIn(f)
				}
			}
		}
	}
	return tests
}

// packageOf returns the name of a file's package, which is the name of its folder.
func packageOf(file string) string {
	if dir := filepath.Base(filepath.Dir(file)); dir != "." {
		return dir
	}
	return "brood"
}

func stringsIn(f *ast.FuncDecl) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if s, err := strconv.Unquote(literal.Value); err == nil {
				found[s] = true
			}
		}
		return true
	})
	return found
}
