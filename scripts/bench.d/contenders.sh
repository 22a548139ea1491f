# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # the backquotes are Markdown; shared with the other parts
# The commands that copy the folder $src into the empty folder $dst, and their names in the table.

per_child=auto # as brood help jobs advises for many small files

declare -A label=(
	[cp_folder]='`cp -r`'
	[cp_each]='`xargs -0 -P2 -n1 cp`'
	[cp_parallel]='`parallel -0 -j2 -n1 cp`'
	[cp_checked]='`cp -r`, `sync`, `xxh128sum` of both sides'
	[cp_proved]='the same, with the caches dropped between: both sides are read from the medium'
	[cp_shared]='`cp -r --reflink=always`'
	[cp_sparse]='`cp -r --sparse=auto`'
	[rsync_folder]='`rsync -a`'
	[rclone_folder]='`rclone copy --ignore-checksum --transfers=2`'
	[rclone_checked]='`rclone copy`, `sync`, `rclone check`'
	[original]='the Python original, fork'
	[floor]='a C program with posix_spawn'
	[lean]='a small Go program with os/exec'
	[brood_many_tenth]='itself, a tenth of the files'
	[brood_plan_tenth]='itself, a tenth of the files'
)

# script COMMANDS runs them with the source as $1 and the destination as $2.
script() { timed sh -ec "$1" sh "$src" "$dst"; }

cp_folder() { timed cp -r "$src/." "$dst"; }
cp_each() { script 'find "$1" -type f -print0 | xargs -0 -P2 -n1 cp -t "$2"'; }
cp_parallel() { script 'find "$1" -type f -print0 | parallel --will-cite -0 -j2 -n1 cp -t "$2"'; }
cp_shared() { timed cp -r --reflink=always "$src/." "$dst"; }
cp_sparse() { timed cp -r --sparse=auto "$src/." "$dst"; }
cp_checked() {
	script 'cp -r "$1/." "$2"
		sync -f "$2"
		'"${1-}"'
		sums=$(cd "$1" && find . -type f -exec xxh128sum {} +)
		cd "$2"
		echo "$sums" | xxh128sum --quiet -c -'
}

cp_proved() { cp_checked 'echo 3 >/proc/sys/vm/drop_caches'; }

rsync_folder() { timed rsync -a "$src/" "$dst"; }
rclone_folder() { timed rclone copy --config= --ignore-checksum --transfers=2 "$src" "$dst"; }
rclone_checked() { script 'rclone copy --config= "$1" "$2"; sync -f "$2"; rclone check --config= "$1" "$2"'; }

original() { timed "$python" scripts/bench.d/copier.py "$src" "$dst"; }
floor() { timed "$tools/floor" 2 "$src" "$dst"; }
lean() { timed "$tools/lean" 2 "$src" "$dst"; }

copy() { timed "$brood" copy --quiet --jobs=2 "$@" "$from" "$dst"; }

brood_files() { copy; }
brood_verified() { copy --verify; }
brood_durable() { copy --durable --verify; }
brood_many() { copy --per-child="$per_child"; }
brood_many_tenth() {
	from=$src/0
	brood_many
}

brood_plan() {
	copy --dry-run
	from=$work/empty
}
brood_plan_tenth() {
	from=$src/0
	brood_plan
}
