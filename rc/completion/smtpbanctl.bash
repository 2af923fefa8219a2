# bash completion for smtpbanctl(8).  The commands are what "smtpbanctl -h" says,
# the prefixes are those that are banned now.
# shellcheck shell=bash

_smtpbanctl_commands()
{
	smtpbanctl -h 2>/dev/null | sed -n 's/^    \([a-z][a-z]*\).*/\1/p'
}

# What -h says of a command: its options.
_smtpbanctl_options()
{
	smtpbanctl -h 2>/dev/null | grep "^    $1\\>" | grep -o -e '-[a-z-]*'
}

_smtpbanctl_banned()
{
	smtpbanctl -q bans 2>/dev/null | sed 's/[[:space:]].*//'
}

# _smtpbanctl_command: the index of the command among the words, or fails.
_smtpbanctl_command()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-s) i=$((i + 1)) ;;
		-*) ;;
		*)
			echo "$i"
			return
			;;
		esac
	done
	return 1
}

# _smtpbanctl_argument COMMAND NUMBER: what may be there.
_smtpbanctl_argument()
{
	case $1:$2 in
	unban:1) _smtpbanctl_banned ;;
	check:1) _smtpbanctl_banned ;;
	ban:2) echo for ;;
	ban:3) echo "1h 1d 7d 4w ever" ;;
	unban:2) echo allow ;;
	unban:3) echo "1h 1d 7d" ;;
	log:1) echo "brief verbose" ;;
	esac
}

_smtpbanctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} at words

	# IPv6 prefixes are words of their own only without the colon.
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n : -w COMP_WORDS -i COMP_CWORD cur
	fi
	COMPREPLY=()
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-s | -f | --html)
		compopt -o default
		return
		;;
	esac
	if ! at=$(_smtpbanctl_command); then
		words="-h -j -q -s $(_smtpbanctl_commands)"
	elif [[ $cur == -* ]]; then
		words="-j -q $(_smtpbanctl_options "${COMP_WORDS[at]}")"
	else
		case ${COMP_WORDS[at]} in
		scan | import)
			compopt -o default
			return
			;;
		esac
		words=$(_smtpbanctl_argument "${COMP_WORDS[at]}" \
		    $((COMP_CWORD - at)))
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
}

complete -F _smtpbanctl smtpbanctl
