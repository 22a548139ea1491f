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

// Attributes are the attributes of a file that Archive keeps, beside contents and times.
type Attributes struct{ giving }

func attributesOf(of inode, info fs.FileInfo) (a Attributes, err error) {
	a.to = of
	return a, a.read(of, info)
}

// AttributeReader reads the attributes of names below one root, one after another. It keeps
// the folder of the last name open. Use it from one goroutine, and call Close at the end.
type AttributeReader struct {
	parent string
	folder *os.File // the folder parent; nil before the first Read
}

// Read reads the attributes of a name. dir is its folder, and info its info. The attributes
// are valid until the next Read. Read does not follow a symlink that takes the name.
func (r *AttributeReader) Read(dir *os.Root, name string, info fs.FileInfo) (Attributes, error) {
	parent, base := filepath.Split(name)
	if r.folder == nil || parent != r.parent {
		r.Close()
		folder, err := openPath(dir, ".")
		if err != nil {
			return Attributes{}, NewError("open folder", err)
		}
		r.parent, r.folder = parent, folder
	}
	return attributesOf(inodeAt(r.folder, base), info)
}

// Close closes the folder.
func (r *AttributeReader) Close() {
	if r.folder != nil {
		r.folder.Close()
		r.folder = nil
	}
}

// Kept reports whether a copy has all of these attributes that this process could give it, and
// no others. lost has the attributes that this process could not give. If kept is true, a plan
// needs no child for the file, and a child does not change it.
//
// A security label never makes kept false: systems give labels to files by themselves.
func (want Attributes) Kept(has Attributes) (kept bool, lost []string) {
	g := gap{want: want, has: has, lost: want.lost}
	g.owner()
	g.xattrs()
	g.acl(defaultACL, want.inherit, has.inherit)
	g.acl(accessACL, want.access, has.access)
	g.mode()
	g.capabilities()
	return !g.repairable, g.lost
}

// gap is the difference between the attributes of a source and those of its copy.
type gap struct {
	want, has  Attributes
	lost       losses
	repairable bool // this process could give the copy an attribute, or remove one
	withoutACL bool // the copy cannot have the ACL of its source
}

// owner compares owner and group. Only root may give a file away. An ordinary user may give
// his own file to his groups.
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

// mode compares the modes, with the bits that the copy can have.
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

// capabilities compares the capabilities. Only root may set them.
func (g *gap) capabilities() {
	switch {
	case bytes.Equal(g.want.caps, g.has.caps):
	case g.want.caps == nil || isRoot() && g.has.mayHave(capability):
		g.repairable = true
	default:
		g.lost.add(LostCapability)
	}
}

// mayHave reports whether the file system supports attributes of that name.
func (a Attributes) mayHave(name string) bool {
	_, err := a.to.get(name)
	return !errors.Is(err, errors.ErrUnsupported)
}

func (x xattr) equal(y xattr) bool { return x.name == y.name && bytes.Equal(x.value, y.value) }

// removable reports whether users set this attribute. The others are labels, and properties
// that files inherit from their folder (btrfs.*).
func (x xattr) removable() bool {
	return strings.HasPrefix(x.name, "user.") || strings.HasPrefix(x.name, "trusted.")
}
