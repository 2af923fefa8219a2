# usage: bash complete.bash COMPLETION
# Completes command lines of smtpbanctl, the first of the path, as bash would.
# shellcheck shell=bash
set -u
failed=0
# Bash has it only where there is a line to complete.
compopt()
{
	:
}
# shellcheck source=rc/completion/smtpbanctl.bash
. "$1"

# completes EXPECTED WORD...: the last word is the one to complete; what comes
# of it are the words of EXPECTED, in any order.
completes()
{
	local want have

	want=$(printf '%s\n' $1 | LC_ALL=C sort)
	shift
	COMP_WORDS=(smtpbanctl "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_smtpbanctl
	have=$(printf '%s\n' "${COMPREPLY[@]+"${COMPREPLY[@]}"}" | LC_ALL=C sort)
	[ "$have" = "$want" ] && return
	printf '%s: completed by: %s; want: %s\n' "$*" "$have" "$want"
	failed=1
}

complete -p smtpbanctl >/dev/null || failed=1
commands=$(smtpbanctl -h | awk '/^commands:/ { on = 1; next } on { print $1 }')
[ "$(wc -w <<<"$commands")" -ge 13 ] || { echo "commands: $commands"; failed=1; }
completes "-h -j -q -s $commands" ""
for command in $commands; do
	grep -qxF "$command" <<<"$(COMP_WORDS=(smtpbanctl "$command") COMP_CWORD=1
	    _smtpbanctl; printf '%s\n' "${COMPREPLY[@]}")" ||
	    { echo "$command is not completed"; failed=1; }
done
completes "unban" un
completes "unban" -j -s /some/socket un
completes "brief verbose" log ""
completes "verbose" -q log v
completes "for" ban 192.0.2.1 ""
completes "allow" unban 192.0.2.1 al
completes "ever" ban 192.0.2.1 for e
completes "--explain" scan --e
completes "--html" report --h
completes "" report --html ""
completes "-b" whitelist -b
completes "" status ""
completes "" scan ""
exit $failed
