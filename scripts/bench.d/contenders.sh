# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # the backquotes are Markdown; shared with the other parts
# The commands that copy the folder $src into the empty folder $dst, and their names in the table. In rows l to n they
# run a command for each line of $src/items, and write the output to $dst/out.

per_child=auto # as brood help jobs advises for many small files

declare -A label=(
	[cp_folder]='`cp -r`'
	[cp_each]='`xargs -0 -P2 -n1 cp`'
	[cp_parallel]='`parallel -0 -j2 -n1 cp`'
	[cp_checked]='`cp -r`, `sync`, `xxh128sum` of both sides'
	[cp_proved]='the same, with the caches dropped between: both sides are read from the medium'
	[cp_shared]='`cp -r --reflink=always`'
	[cp_shared_each]='`xargs -0 -P2 -n1 cp --reflink=always`'
	[cp_sparse]='`cp -r --sparse=auto`'
	[rsync_folder]='`rsync -a`'
	[rclone_folder]='`rclone copy --ignore-checksum --transfers=2`'
	[rclone_checked]='`rclone copy`, `sync`, `rclone check`'
	[original]='the Python original, fork'
	[floor]='a C program with posix_spawn'
	[empty_runs]='a Go program that does nothing, three times a run'
	[lean]='a small Go program with os/exec'
	[xargs_true]='`xargs -P2 -n1`'
	[xargs_echo]='`xargs -P2 -n1000`'
	[parallel_true]='`parallel -j2`'
	[parallel_zeros]='`parallel -k -j2`'
	[brood_many_tenth]='itself, a tenth of the files'
	[brood_plan_tenth]='itself, a tenth of the files'
)

# script COMMANDS runs them with the source as $1, the destination as $2 and brood as $3.
script() { timed sh -ec "$1" sh "$src" "$dst" "$brood"; }

cp_folder() { timed cp -r "$src/." "$dst"; }
cp_each() { script 'find "$1" -type f -print0 | xargs -0 -P2 -n1 cp -t "$2"'; }
cp_parallel() { script 'find "$1" -type f -print0 | parallel --will-cite -0 -j2 -n1 cp -t "$2"'; }
cp_shared() { timed cp -r --reflink=always "$src/." "$dst"; }
cp_shared_each() { script 'find "$1" -type f -print0 | xargs -0 -P2 -n1 cp --reflink=always -t "$2"'; }
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

brood_runs() { script 'i=0; while [ $i -lt $TIMES ]; do "$3" copy --quiet "$1" "$2/$i"; i=$((i + 1)); done'; }
empty_runs() {
	from=$work/empty
	timed sh -c 'i=0; while [ $i -lt $TIMES ]; do "$1"; "$1"; "$1"; i=$((i + 1)); done' sh "$tools/empty"
}

brood_true() { script '"$3" run -j2 -a "$1/items" true >"$2/out"'; }
xargs_true() { script 'xargs -P2 -n1 true <"$1/items" >"$2/out"'; }
parallel_true() { script 'parallel --will-cite -j2 true <"$1/items" >"$2/out"'; }

# The lines come in any order, and are sorted afterwards. They go to a file: in a pipe, the system may mix lines of two
# processes that are longer than 4096 bytes.
brood_echo() {
	script '"$3" run -j2 -n1000 -a "$1/items" echo >"$2/out"'
	quietly sort -o "$dst/out" "$dst/out"
}
xargs_echo() {
	script 'xargs -P2 -n1000 echo <"$1/items" >"$2/out"'
	quietly sort -o "$dst/out" "$dst/out"
}

zeros='head -c "$(($SIZE / 8))" /dev/zero; : {}'
brood_zeros() { script '"$3" run -k -j2 -a "$1/items" --shell "$ZEROS" >"$2/out"'; }
parallel_zeros() { script 'parallel --will-cite -k -j2 "$ZEROS" <"$1/items" >"$2/out"'; }
