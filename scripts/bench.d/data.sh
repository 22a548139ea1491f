# shellcheck shell=bash disable=SC2034,SC2154 # shared with the other parts
# The data to copy, from $src to $dst, below $work.

# pick USUAL SMALL prints the second one with --small, else the first.
pick() { if ((small)); then echo "$2"; else echo "$1"; fi; }

# needs WHAT... checks for root, room=BYTES, memory=BYTES or a command. It notes why the row cannot run.
needs() {
	local what bytes
	for what in "$@"; do
		bytes=${what#*=}
		case $what in
		root) ((EUID == 0)) ;;
		room=*)
			what="$((bytes >> 20)) MiB of room in $dir"
			(($(df --output=avail -B1 "$work" | tail -n 1) > bytes))
			;;
		memory=*)
			what="$((bytes >> 20)) MiB of memory"
			(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) > bytes >> 10))
			;;
		*) command -v "$what" >/dev/null ;;
		esac || {
			unmet="needs $what"
			return 1
		}
	done
}

# contents FOLDER COUNT BYTES makes COUNT files of BYTES random bytes.
contents() {
	quietly mkdir -p "$1"
	head -c $(($2 * $3)) /dev/urandom | quietly split -b "$3" -a 4 -d - "$1/" || exit
}

# tree COUNT BYTES makes ten folders, of folders with at most 1000 files each. $src/0 has a tenth of all files.
tree() {
	local i each=$(($1 / 10 < 1000 ? $1 / 10 : 1000))
	for ((i = 0; i < $1 / each; i++)); do
		contents "$src/$((i % 10))/$i" "$each" "$2"
	done
}

# empty_tree COUNT makes the same of empty files.
empty_tree() {
	local i each=$(($1 / 10 < 1000 ? $1 / 10 : 1000))
	for ((i = 0; i < $1 / each; i++)); do
		quietly mkdir -p "$src/$((i % 10))/$i"
		(cd "$src/$((i % 10))/$i" && seq "$each" | quietly xargs touch) || exit
	done
}

# sparse_file BYTES PIECE makes a file of BYTES with twenty pieces of data of PIECE bytes.
sparse_file() {
	local i
	quietly mkdir -p "$src"
	quietly truncate -s "$1" "$src/sparse"
	for ((i = 0; i < 20; i++)); do
		head -c "$2" /dev/urandom |
			quietly dd of="$src/sparse" iflag=fullblock bs="$2" seek=$((i * ($1 / 20 / $2))) conv=notrunc || exit
	done
}

# discard PATH... removes it. Many files are removed at the end of the script: ext4 does not reuse the inode of a
# deleted file for a minute or more, and checks each of these before it takes a free one (recently_deleted in
# fs/ext4/ialloc.c). New files took up to fifteen times as long.
discard() {
	local name
	if ((many)); then
		name=$(mktemp -d -p "$kept") || exit
		quietly mv "$@" "$name"
	else
		quietly rm -rf --one-file-system "$@"
	fi
}

# --- before each run: an empty $dst, no pending writes, and the source in the cache or not

fresh() {
	[[ ! -e $dst ]] || discard "$dst"
	quietly mkdir -p "$dst"
	quietly sync -f "$dst"
}

warm() {
	fresh
	find "$src" -type f -exec cat {} + >/dev/null || fail "cannot read $src"
}

cold() {
	fresh
	quietly sync -f "$src"
	echo 3 >/proc/sys/vm/drop_caches || fail 'cannot drop caches'
}

# --- new file systems

# volume KIND BYTES mounts a new file system at $work/KIND.
volume() {
	local mountpoint=$work/$1 image=$work/$1.image
	quietly mkdir "$mountpoint"
	quietly truncate -s "$2" "$image"
	quietly "mkfs.$1" -q "$image"
	mount -o loop "$image" "$mountpoint" 2>/dev/null || {
		unmet="needs kernel: a loop mount of $1"
		return 1
	}
	mounts+=("$mountpoint")
	# With direct I/O its data are not cached a second time, in the image. Some disks cannot do that.
	losetup --direct-io=on "$(device "$mountpoint")" 2>/dev/null || true
}

device() { findmnt -n -o SOURCE "$1"; }

# written MOUNTPOINT prints the bytes written to its device until now.
written() {
	quietly sync -f "$1"
	awk '{ printf "%.0f", $7 * 512 }' "/sys/block/$(basename "$(device "$1")")/stat"
}

# remove removes the files and mounts of a row.
remove() {
	local mountpoint tries
	for mountpoint in "${mounts[@]}"; do
		for ((tries = 0; tries < 100; tries++)); do
			umount "$mountpoint" 2>/dev/null && break
			sleep 0.1
		done
	done
	mounts=()
	[[ -z $(ls "$work") ]] || discard "${work:?}"/*
}
