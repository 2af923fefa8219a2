#!/bin/sh
# The manual pages: they name each statement of the grammar, each command and
# option, and nothing else; and their examples do what they say.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/host.sh
. "$(dirname "$0")/host.sh"

# listed WHAT FILE: what it names, see manual.awk.
listed()
{
	awk -v what="$1" -v to="$T" -f "$here/manual.awk" "$2"
}

# same WHAT ONE OTHER: two lists, in any order.
same()
{
	sort -u "$2" >"$T/one"
	sort -u "$3" >"$T/other"
	[ -s "$T/one" ] || fail "$1: none found"
	diff "$T/one" "$T/other" || fail "$1: < only in the program, > only in the manual"
}

# options PAGE USAGE: each option of a usage line is in the page.
options()
{
	tr ' |[]' '\n\n\n\n' <"$2" | sed -n 's/^-\([a-z]*\)$/\1/p' | grep -o . |
	    sort -u >"$T/letters"
	tr ' |[]' '\n\n\n\n' <"$2" | sed -n 's/^--\([a-z]*\)$/\1/p' |
	    sort -u >"$T/words"
	[ -s "$T/letters" ] || fail "$1: no options in the usage"
	while read -r letter; do
		grep -q "Fl $letter\>" "$1" ||
		    fail "$1 does not name -$letter"
	done <"$T/letters"
	while read -r word; do
		grep -q "Fl Fl $word" "$1" || fail "$1 does not name --$word"
	done <"$T/words"
}

listed grammar "$top/common/conf.y" >"$T/grammar"
listed statements "$top/man/smtpban.conf.5" >"$T/statements"
same "statements" "$T/grammar" "$T/statements"
"$STAGE/bin/smtpbanctl" -h >"$T/usage"
sed -n 's/^    \([a-z]*\).*/\1/p' "$T/usage" >"$T/known"
listed commands "$top/man/smtpbanctl.8" >"$T/commands"
same "commands" "$T/known" "$T/commands"
options "$top/man/smtpbanctl.8" "$T/usage"
"$STAGE/sbin/smtpband" -z 2>&1 | grep "^usage" >"$T/usage"
options "$top/man/smtpband.8" "$T/usage"

host_up

# runs COMMAND: one that shows what happens ends by itself never.
runs()
{
	case $1 in
	*"smtpband -d"*)
		daemon_ends
		daemon_starts "$1"
		return
		;;
	*" watch"*)
		(sleep 1 && failures 2 198.51.100.8 | as_log) &
		on_host "timeout 4 sh -c '$1'" || [ $? = 124 ]
		return
		;;
	esac
	on_host "$1"
}

# example COMMAND: as it stands in a page, with its prompt or as in crontab(5).
example()
{
	case $1 in
	"# "* | "$ "*) command=${1#??} ;;
	[0-9]*" root "*) command=${1#* root } ;;
	*) fail "no prompt: $1" ;;
	esac
	runs "$command" >"$T/out" 2>&1 ||
	    fail "the example fails: $1: $(cat "$T/out")"
}

# display PAGE FILE: a configuration, or else a script.
display()
{
	case $1 in
	*.5)
		chmod 600 "$2"
		on_host "smtpband -n -f $2" >"$T/out" 2>&1 &&
		    grep -qx "configuration OK" "$T/out" ||
		    fail "$1: an example: $(cat "$T/out")"
		;;
	*)
		on_host "sh -eu $2" >"$T/out" 2>&1 ||
		    fail "$1: an example: $(cat "$T/out"): $(cat "$2")"
		;;
	esac
}

# The scene: two clients that guess passwords, and one file that was rotated.
failures 3 198.51.100.9 7200 | as_log mail.log.1
failures 6 198.51.100.7 60 | as_log
{ login_line 203.0.113.5 anna 30; fail_line 203.0.113.6 20; } | as_log
echo "203.0.113.66 # a friend" >"$T/etc/smtpban.whitelist"
chmod 600 "$T/etc/smtpban.whitelist"
cp "$T/etc/smtpban.whitelist" "$T/work/mail.whitelist"
echo 'threshold 3 within 1d' >"$T/work/smtpban.conf.new"
echo '# all defaults' >"$T/etc/smtpban.conf"
daemon_starts
wait_for 5 routed 198.51.100.7 || fail "the scene is not set"

examples=0
for page in "$top"/man/*.[1-9]; do
	name=$(basename "$page")
	listed examples "$page" >"$T/examples"
	case $name in
	*.[58]) [ -s "$T/examples" ] || fail "$name has no EXAMPLES" ;;
	esac
	while IFS='	' read -r kind text; do
		case $kind in
		command) example "$text" ;;
		display) display "$name" "$text" ;;
		esac
		examples=$((examples + 1))
	done <"$T/examples"
done
daemon_ends
[ "$examples" -gt 10 ] || fail "only $examples examples"
echo "$examples examples ran"
