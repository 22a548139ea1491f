package filecopy

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Attributes are what Archive keeps of a file beside contents and times, read from it.
type Attributes struct{ giving }

func attributesOf(of inode, info fs.FileInfo) (a Attributes, err error) {
	a.to = of
	return a, a.read(of, info)
}

// AttributeReader reads the attributes of names below one root, one after another. It keeps
// the folder of the last name open. It is for one goroutine, and to be closed.
type AttributeReader struct {
	parent string
	folder *os.File // of that name; nil until one was read
}

// Read reads the attributes of a name whose info is given. dir is its folder. They are good
// until the next Read. A symlink that takes the name meanwhile is not followed.
func (r *AttributeReader) Read(dir *os.Root, name string, info fs.FileInfo) (Attributes, error) {
	parent, base := filepath.Split(name)
	if r.folder == nil || parent != r.parent {
		r.Close()
		folder, err := openToSee(dir, ".")
		if err != nil {
			return Attributes{}, NewError("open folder", err)
		}
		r.parent, r.folder = parent, folder
	}
	return attributesOf(named(r.folder, base), info)
}

// Close closes the folder.
func (r *AttributeReader) Close() {
	if r.folder != nil {
		r.folder.Close()
		r.folder = nil
	}
}

// Kept tells whether a copy has all of these attributes that this process could give it,
// and none that are its own; lost is what it lacks beyond that. It is the rule both for
// what needs no child and for what a child leaves alone.
//
// A security label is never a reason to touch a copy: systems hand them out by themselves.
func (want Attributes) Kept(has Attributes) (kept bool, lost []string) {
	gap := gap{want: want, has: has, lost: want.lost}
	gap.owner()
	gap.xattrs()
	gap.acl(defaultACL, want.inherit, has.inherit)
	gap.acl(accessACL, want.access, has.access)
	gap.mode()
	gap.capabilities()
	return !gap.repairable, gap.lost
}

// gap is what a copy lacks of its source.
type gap struct {
	want, has  Attributes
	lost       losses
	repairable bool
	withoutACL bool // the copy cannot have its source's
}

// owner: only root gives files away. An ordinary user gives his own to his groups.
func (g *gap) owner() {
	w, h := &g.want, &g.has
	w.hasUID, w.hasGID = w.uid == h.uid, w.gid == h.gid
	switch {
	case w.hasUID:
	case isRoot():
		g.repairable = true
	default:
		g.lost.add(LostOwner)
	}
	switch {
	case w.hasGID:
	case isRoot() || h.uid == os.Geteuid() && isGroupOfOurs(w.gid):
		g.repairable = true
	default:
		g.lost.add(LostGroup)
	}
}

func isRoot() bool { return os.Geteuid() == 0 }

func isGroupOfOurs(gid int) bool {
	groups, err := os.Getgroups()
	return gid == os.Getegid() || err == nil && slices.Contains(groups, gid)
}

func (g *gap) xattrs() {
	for _, x := range g.want.attributes.xattrs {
		switch {
		case slices.ContainsFunc(g.has.attributes.xattrs, x.equal):
		case lossOf(x.name) != LostLabel && g.has.mayHave(x.name):
			g.repairable = true
		default:
			g.lost.add(lossOf(x.name))
		}
	}
	for _, x := range g.has.attributes.xattrs {
		ours := func(y xattr) bool { return x.name == y.name }
		if x.removable() && !slices.ContainsFunc(g.want.attributes.xattrs, ours) {
			g.repairable = true
		}
	}
}

func (g *gap) acl(name string, want, has []byte) {
	switch {
	case bytes.Equal(want, has):
	case want == nil || g.has.mayHave(name):
		g.repairable = true
	default:
		g.lost.add(LostACL)
		g.withoutACL = g.withoutACL || name == accessACL
	}
}

func (g *gap) mode() {
	mode := g.want.attributes.mode
	if g.withoutACL {
		mode = withoutACL(mode, g.want.access)
	}
	if g.want.modeFor(mode) != g.has.attributes.mode&keptMode {
		g.repairable = true
	} else if mode&specialBits != g.has.attributes.mode&specialBits {
		g.lost.add(LostSpecialBits)
	}
}

// capabilities: root gives them, and chown(2) takes them away.
func (g *gap) capabilities() {
	switch {
	case bytes.Equal(g.want.caps, g.has.caps):
	case g.want.caps == nil || isRoot() && g.has.mayHave(capability):
		g.repairable = true
	default:
		g.lost.add(LostCapability)
	}
}

// mayHave tells whether the file system has attributes of that name.
func (a Attributes) mayHave(name string) bool {
	_, err := a.to.get(name)
	return !errors.Is(err, errors.ErrUnsupported)
}

func (x xattr) equal(y xattr) bool { return x.name == y.name && bytes.Equal(x.value, y.value) }

// removable tells whether it is people who gave a file that attribute. The
// others are labels, and properties that a folder hands down (btrfs.*).
func (x xattr) removable() bool {
	return strings.HasPrefix(x.name, "user.") || strings.HasPrefix(x.name, "trusted.")
}
