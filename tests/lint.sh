#!/bin/sh
# usage: sh tests/lint.sh BUILD [STEP ...]
# The linters and the house's own limits.  BUILD is a configured build tree,
# for its compile_commands.json.
set -u
build=$(cd "$1" && pwd) || exit 1
shift
cd "$(dirname "$0")/.." || exit 1
# What runs as root shall be read in an evening: this goes down.  It was raised
# for the table of system calls, the clock that is set, the reading of damaged
# ledgers, bans that began elsewhere, to end connections of banned clients, to
# say what is wrong at the start, for rules by port, for routes that exempt the
# whitelist, and for the socket of the metrics, which a reload moves.
ENFORCER_LINES=3462
FUNCTION_LINES=60
failed=

c_files()
{
	find common parser enforcer ctl rc tests -name "*.[ch]" | LC_ALL=C sort
}

programs_c_files()
{
	c_files | grep '^\(common\|parser\|enforcer\|ctl\|rc\)/.*\.c$'
}

lint_format()
{
	c_files | xargs clang-format --dry-run -Werror
}

# One process a file: clang-tidy 14 reports a va_list that is not there if it
# takes several.
lint_tidy()
{
	# shellcheck disable=SC2016
	programs_c_files | xargs -P 2 -n 1 sh -c \
	    'out=$(clang-tidy --quiet -p "$0" "$1" 2>/dev/null) && exit 0
	     echo "$out"; exit 1' "$build"
}

lint_cppcheck()
{
	# shellcheck disable=SC2046
	cppcheck --quiet --error-exitcode=1 --inline-suppr -j 2 \
	    --std=c11 --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress='*:/usr/include/*' \
	    --suppress=funcArgOrderDifferent \
	    -D_GNU_SOURCE -DLIBBSD_OVERLAY -I/usr/include/bsd -Icommon \
	    -Iparser -Ienforcer -Ictl $(programs_c_files)
}

lint_shell()
{
	find rc tests -name '*.sh' -exec shellcheck -s sh -x -P SCRIPTDIR \
	    -S warning {} + &&
	    shellcheck -x -P SCRIPTDIR .ci/run rc/smtpban.rc.in \
		rc/smtpban-report.in &&
	    shellcheck -S warning rc/smtpban.openrc.in debian/smtpban.postrm \
		rc/completion/smtpbanctl.bash tests/install/complete.bash
}

lint_man()
{
	mandoc -T lint -W warning man/*.[1-9]
}

# Functions of this style begin and end with a brace in the first column.
lint_functions()
{
	# shellcheck disable=SC2046
	awk -v max=$FUNCTION_LINES '
		FNR == 1 { inside = 0 }
		!inside && /^[a-z_A-Z][a-z_A-Z0-9]*\(/ { name = $0; at = FNR }
		/^\{/ { inside = 1 }
		/^\}/ && inside {
			inside = 0
			if (FNR - at + 1 > max) {
				printf "%s:%d: %d lines, at most %d: %s\n",
				    FILENAME, at, FNR - at + 1, max, name
				bad = 1
			}
		}
		END { exit bad }' $(c_files)
}

# Root's own code: lines that are neither blank nor comment.
lint_enforcer()
{
	lines=$(for file in enforcer/*.c; do
		gcc -fpreprocessed -dD -E -P "$file"
	done | grep -c .)
	echo "the enforcer has $lines lines of code, at most $ENFORCER_LINES allowed"
	[ "$lines" -le $ENFORCER_LINES ]
}

[ $# -gt 0 ] || set -- format tidy cppcheck shell man functions enforcer
for step in "$@"; do
	echo "-- $step"
	"lint_$step" || { echo "FAILED lint $step"; failed="$failed $step"; }
done
[ -z "$failed" ] || { echo "lint:$failed" >&2; exit 1; }
