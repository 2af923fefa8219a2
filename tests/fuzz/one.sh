#!/bin/sh
# One fuzzer, for run.sh, which sets build, work, corpus, seconds and engine.
# Leaves its figures in $work/NAME/figures, and $work/NAME/good if all went well.
set -eu
name=$1
: "${build:?}" "${work:?}" "${corpus:?}" "${seconds:?}" "${engine:?}"
out=$work/$name
here=$(cd "$(dirname "$0")" && pwd)

# Text in lines may be as long as a line; what is a program of a few bytes a
# step need not be.
case $name in
conf | header | journal | lines | match | recognise) length=9000 ;;
*) length=2000 ;;
esac
case $name in
conf | match | prefix | resolv) seeds=$work/seeds/$name ;;
header | journal | recognise) seeds=$work/seeds/lines ;;
*) seeds=$work/seeds/few ;;
esac
dictionary=
for words in "$here/$name.dict" "$here/recognise.dict"; do
	case $name in
	conf | header | journal | match | recognise) ;;
	*) continue ;;
	esac
	[ ! -e "$words" ] || [ -n "$dictionary" ] || dictionary=$words
done

# In memory, for the ledger's files.
TMPDIR=$(mktemp -d /dev/shm/smtpban-fuzz.XXXXXX)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# Keep what was found, and show the end of what was said.
fail()
{
	tail -40 "$out/log" >&2
	for file in "$@"; do
		[ ! -e "$file" ] ||
		    cp "$file" "$build/$name-$(basename "$file")"
	done
	exit 0 # the others go on
}

run_libfuzzer()
{
	mkdir "$out/found"
	cd "$out"
	"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=25 \
	    -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len="$length" \
	    -len_control=20 -print_final_stats=1 -close_fd_mask=3 \
	    -artifact_prefix="$out/found/" ${dictionary:+-dict="$dictionary"} \
	    "$corpus/$name" "$seeds" >"$out/log" 2>&1 || fail "$out"/found/*
	awk -v name="$name" -v seconds="$seconds" '
	$2 == "DONE" {
		for (i = 3; i < NF; i++) {
			if ($i == "cov:")
				edges = $(i + 1)
			if ($i == "ft:")
				features = $(i + 1)
			if ($i == "corp:")
				corpus = $(i + 1)
		}
		sub("/.*", "", corpus)
	}
	/^stat::number_of_executed_units/ { n = $2 }
	END {
		printf "%-14s %7d %10d %8d %6d %7d %7d\n", name, seconds, n, \
		    n / seconds, edges, features, corpus
	}' "$out/log" >"$out/figures"
}

run_afl()
{
	export AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_AUTORESUME=1 AFL_NO_AFFINITY=1
	export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_IGNORE_PROBLEMS=1
	export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0
	afl-fuzz -V "$seconds" -m none -t 5000 -G "$length" \
	    ${dictionary:+-x "$dictionary"} -i "$work/seeds/few" -o "$out/afl" \
	    -- "$build/tests/fuzz/fuzz_$name" >"$out/log" 2>&1 || fail
	set -- "$out"/afl/default/crashes/id* "$out"/afl/default/hangs/id*
	if [ -e "$1" ] || [ -e "${2:-}" ]; then
		fail "$@"
	fi
	awk -v name="$name" -v seconds="$seconds" '
	{ value[$1] = $3 }
	END {
		n = value["execs_done"]
		printf "%-14s %7d %10d %8d %6d %7s %7d\n", name, seconds, n, \
		    n / seconds, value["edges_found"], "-", \
		    value["corpus_count"]
	}' "$out/afl/default/fuzzer_stats" >"$out/figures"
}

case $engine in
afl) run_afl ;;
*) run_libfuzzer ;;
esac
touch "$out/good"
