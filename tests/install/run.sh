#!/bin/sh
# usage: sh tests/install/run.sh BUILD
# Installs a build tree into a folder of its own and looks at what is there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd) || exit 1
# systemd's own scale, from 0 to 10; see README.md, which names the number.
EXPOSURE_MAX=2.9
root=$(mktemp -d /var/tmp/smtpban-install.XXXXXX)
trap 'rm -rf "$root"' EXIT
trap 'exit 1' INT TERM
passed=0 failed=0

# check NAME [COMMAND...], which is NAME itself if not given: its output is
# worth reading only if it fails.
check()
{
	name=$1
	[ $# = 1 ] || shift
	if ("$@") >"$root/out" 2>&1; then
		echo "ok $name"
		passed=$((passed + 1))
	else
		sed 's/^/    /' "$root/out"
		echo "FAILED $name"
		failed=$((failed + 1))
	fi
}

# check_with PROGRAM NAME: nobody has to install it for the tests but .ci/run.
check_with()
{
	if command -v "$1" >/dev/null; then
		check "$2"
	else
		echo "NOT TESTED $2: no $1"
	fi
}

unit=$root/usr/lib/systemd/system/smtpban.service
parser=$root/usr/libexec/smtpban-parser

all_files_are_installed()
{
	(cd "$root" && find usr etc ! -type d | LC_ALL=C sort) >"$root/have"
	diff "$here/files" "$root/have"
}

# The configuration of an administrator survives, the example is renewed.
second_installation_keeps_configuration()
{
	echo "threshold 7 within 1d" >"$root/etc/smtpban.conf"
	DESTDIR=$root cmake --install "$build" >/dev/null &&
	    grep -q "threshold 7" "$root/etc/smtpban.conf" &&
	    cmp "$top/rc/smtpban.conf" \
		"$root/usr/share/doc/smtpban/examples/smtpban.conf"
}

other_prefix_holds_everything()
{
	cmake --install "$build" --prefix "$root/opt" >"$root/log" || return 1
	if grep -e '^-- [IU]' "$root/log" |
	    grep -v -e "$root/opt/" -e 'Install configuration'; then
		return 1
	fi
	grep -q "^ExecStart=$root/opt/sbin/smtpband -f $root/opt/etc/" \
	    "$root/opt/lib/systemd/system/smtpban.service" &&
	    grep -q "^daemon=$root/opt/sbin/smtpband$" \
		"$root/opt/etc/init.d/smtpban"
}

sample_configuration_is_valid()
{
	chown 0:0 "$root/etc/smtpban.conf"
	"$root/usr/sbin/smtpband" -n -f "$root/etc/smtpban.conf" |
	    grep -qx 'configuration OK'
}

# The link line is part of the security story.
links_without()
{
	program=$1
	shift
	libraries=$(ldd "$program") || return 1
	for library in "$@"; do
		case $libraries in
		*"$library"*)
			echo "$program links with $library"
			return 1
			;;
		esac
	done
}

links_with()
{
	libraries=$(ldd "$1")
	case $libraries in *"$2"*) ;; *) return 1 ;; esac
}

# What others' holes came from (CVE-2009-5023, CVE-2021-32749 and their like):
# shells, mail commands, temporary files, names looked up, regular expressions.
calls_nothing_of_that_kind()
{
	forbidden='system|popen|wordexp|execvp|execvpe|execlp'
	forbidden="$forbidden|mktemp|mkstemp|mkdtemp|tmpnam|tempnam|tmpfile"
	forbidden="$forbidden|getaddrinfo|gethostbyname|gethostbyaddr|getnameinfo"
	forbidden="$forbidden|regcomp|regexec"
	for program in "$root/usr/sbin/smtpband" "$parser" \
	    "$root/usr/bin/smtpbanctl"; do
		nm -D --undefined-only "$program" >"$root/nm" || return 1
		if grep -wE "$forbidden" \
		    "$root/nm"; then
			echo "in $program"
			return 1
		fi
	done
}

# hardened PROGRAM: position independent, and nothing to rewrite at run time.
hardened()
{
	headers=$(readelf -hldW "$1") || return 1
	for sign in 'DYN (Position' GNU_RELRO BIND_NOW 'GNU_STACK .* RW '; do
		echo "$headers" | grep -q "$sign" || { echo "no $sign"; return 1; }
	done
}

# systemd-analyze wants the programs where the unit says.
units_are_verified()
{
	mkdir "$root/unit"
	for one in smtpban.service smtpban-report.service smtpban-report.timer; do
		sed "s|/usr/[a-z]*/smtp|$root&|" "${unit%/*}/$one" \
		    >"$root/unit/$one" || return 1
	done
	systemd-analyze verify --man=no "$root"/unit/* >"$root/verify" 2>&1
	status=$?
	cat "$root/verify"
	[ $status = 0 ] && ! grep -q smtpban "$root/verify"
}

exposure()
{
	systemd-analyze security --offline=true --no-pager "$unit" |
	    sed -n 's/.*exposure level for smtpban.service: \([0-9.]*\).*/\1/p'
}

unit_exposure_is_no_worse()
{
	now=$(exposure)
	echo "exposure ${now:-unknown}, at most $EXPOSURE_MAX"
	[ -n "$now" ] &&
	    awk -v a="$now" -v b="$EXPOSURE_MAX" 'BEGIN { exit !(a <= b) }'
}

readme_names_the_exposure()
{
	grep -q "exposure level $(exposure)\\>" "$top/README.md"
}

sysusers_makes_user_and_group()
{
	mkdir -p "$root/host/etc"
	echo 'root:x:0:0::/:/bin/sh' >"$root/host/etc/passwd"
	echo 'root:x:0:' >"$root/host/etc/group"
	systemd-sysusers --root="$root/host" \
	    "$root/usr/lib/sysusers.d/smtpban.conf" &&
	    grep -q '^_smtpban:.*:/usr/sbin/nologin$' \
		"$root/host/etc/passwd" &&
	    grep -q '^smtpban:' "$root/host/etc/group"
}

tmpfiles_makes_folders()
{
	mkdir -p "$root/host/etc"
	systemd-tmpfiles --root="$root/host" --create \
	    "$root/usr/lib/tmpfiles.d/smtpban.conf" &&
	    [ "$(stat -c %a "$root/host/run/smtpban/empty")" = 755 ] &&
	    [ "$(stat -c %a "$root/host/var/lib/smtpban")" = 700 ]
}

rc_script_knows_its_words()
{
	script=$root/etc/init.d/smtpban
	sh -n "$script" || return 1
	sed "s|=/usr/|=$root/usr/|" "$script" >"$root/script"
	sh "$root/script" nonsense
	[ $? = 2 ] && ! sh "$root/script" status
}

# The process number is beside the control socket: with another one in the
# configuration, too, the scripts find who runs, and reload asks there.
rc_scripts_find_the_control_socket()
{
	mkdir -p "$root/other"
	: >"$root/other/mx2.pid"
	echo " control \"$root/other/mx2.sock\"  # ours" >"$root/other/conf"
	echo 'echo "asked $*"' >"$root/other/ctl"
	sed -e "s|^conf=.*|conf=$root/other/conf|" \
	    -e "s|^ctl=.*|ctl=$root/other/ctl|" -e 's|^daemon=.*|daemon=/bin/sh|' \
	    "$root/etc/init.d/smtpban" >"$root/other/script"
	chmod 755 "$root/other/ctl"
	sh -x "$root/other/script" reload >"$root/other/said" 2>&1
	grep -x "asked -s $root/other/mx2.sock reload" "$root/other/said" &&
	    grep "pidfile=$root/other/mx2.pid" "$root/other/said" || return 1
	# shellcheck disable=SC2016
	SMTPBAN_CONF=$root/other/conf sh -c '. "$1" && echo "$pidfile $control"' \
	    sh "$root/usr/share/doc/smtpban/examples/smtpban.openrc" |
	    grep -x "$root/other/mx2.pid $root/other/mx2.sock" || return 1
	# Without one, the default.
	# shellcheck disable=SC2016
	SMTPBAN_CONF=/nonexistent sh -c '. "$1" && echo "$pidfile"' \
	    sh "$root/usr/share/doc/smtpban/examples/smtpban.openrc" |
	    grep -x /run/smtpban/control.pid
}

# Whoever wants the mail enables the timer.
report_is_not_enabled()
{
	sh -n "$root/usr/libexec/smtpban-report" &&
	    [ ! -e "$root/etc/systemd" ] &&
	    ! find "$root/usr/lib/systemd" -name '*.wants' | grep .
}

# OpenRC's own variables and functions are not there: only the shell's grammar,
# and that its programs are.
openrc_script_names_the_programs()
{
	script=$root/usr/share/doc/smtpban/examples/smtpban.openrc
	sh -n "$script" && [ -x "$script" ] &&
	    grep -qx 'command="/usr/sbin/smtpband"' "$script" &&
	    grep -qx 'ctl="/usr/bin/smtpbanctl"' "$script"
}

# Bash does it, and is compared with what the program says of itself.
bash_completes_every_command()
{
	PATH=$root/usr/bin:$PATH bash "$here/complete.bash" \
	    "$root/usr/share/bash-completion/completions/smtpbanctl"
}

zsh_takes_the_completion()
{
	zsh -f -n "$root/usr/share/zsh/site-functions/_smtpbanctl" &&
	    PATH=$root/usr/bin:$PATH zsh -f -c 'fpath=($1 $fpath)
		autoload -Uz compinit && compinit -u -D
		[[ $_comps[smtpbanctl] = _smtpbanctl ]]' zsh \
		"$root/usr/share/zsh/site-functions"
}

# What zsh would be given for the last word, without a line to complete.
zsh_completes_options()
{
	# shellcheck disable=SC2016
	PATH=$root/usr/bin:$PATH zsh -f -c '
		compadd() { print -r -- ${(P)2} }
		compdef() { : }
		_arguments() { : }
		source $1
		words=(whitelist -) CURRENT=2
		[[ "$(_smtpbanctl_argument)" = "-j -q -b -f" ]] || exit
		words=(report --)
		[[ "$(_smtpbanctl_argument)" = *" --html" ]]' zsh \
		"$root/usr/share/zsh/site-functions/_smtpbanctl"
}

# Read by AppArmor's own compiler, not loaded: that needs such a kernel.
apparmor_profile_compiles()
{
	profile=$root/usr/share/doc/smtpban/examples/apparmor/usr.sbin.smtpband
	apparmor_parser --skip-kernel-load --skip-cache "$profile"
}

logrotate_takes_the_sample()
{
	sample=$root/usr/share/doc/smtpban/examples/smtpban.logrotate
	chown 0:0 "$sample"
	logrotate -d "$sample" >"$root/rotate" 2>&1
	status=$?
	cat "$root/rotate"
	[ $status = 0 ] && ! grep -q '^error' "$root/rotate" &&
	    grep -q /var/log/mail.log "$root/rotate"
}

# The words are those of the systemd-networkd that is here.
networkd_sample_has_known_words()
{
	[ "$(grep -c -e '^ManageForeignRoutes=no$' \
	    -e '^ManageForeignRoutingPolicyRules=no$' \
	    "$root/usr/share/doc/smtpban/examples/networkd.conf")" = 2 ] &&
	    for word in ManageForeignRoutes ManageForeignRoutingPolicyRules; do
		grep -qa "$word" /lib/systemd/systemd-networkd || return 1
	    done
}

# Mail servers begin when the bans are back.
starts_before_mail_servers()
{
	for server in postfix exim4 dovecot opensmtpd sendmail; do
		grep -q "^Before=.*\<$server.service" "$unit" || return 1
		grep -q "^# X-Start-Before:.*\<$server\>" \
		    "$root/etc/init.d/smtpban" || return 1
	done
}

protocol_has_a_name()
{
	awk '$1 == 83 && $2 == "smtpban" { found = 1 } END { exit !found }' \
	    "$root/etc/iproute2/rt_protos.d/smtpban.conf"
}

if ! DESTDIR=$root cmake --install "$build" >"$root/log" 2>&1; then
	cat "$root/log"
	echo "FAILED cmake --install"
	echo "installation: 0 passed, 1 failed"
	exit 1
fi
check all_files_are_installed
check sample_configuration_is_valid
check second_installation_keeps_configuration
check other_prefix_holds_everything
check parser_links_neither_gdbm_nor_libnl \
    links_without "$parser" libgdbm libnl
check parser_links_libevent links_with "$parser" libevent
check parser_links_libseccomp links_with "$parser" libseccomp
check enforcer_links_libseccomp links_with "$root/usr/sbin/smtpband" libseccomp
check enforcer_links_no_libevent links_without "$root/usr/sbin/smtpband" libevent
check enforcer_links_gdbm links_with "$root/usr/sbin/smtpband" libgdbm
check smtpbanctl_links_no_libevent \
    links_without "$root/usr/bin/smtpbanctl" libevent
for program in "$root/usr/sbin/smtpband" "$parser" "$root/usr/bin/smtpbanctl"; do
	check "$(basename "$program")_is_hardened" hardened "$program"
done
check calls_nothing_of_that_kind
check units_are_verified
check unit_exposure_is_no_worse
check readme_names_the_exposure
check sysusers_makes_user_and_group
check tmpfiles_makes_folders
check rc_script_knows_its_words
check rc_scripts_find_the_control_socket
check report_is_not_enabled
check openrc_script_names_the_programs
check starts_before_mail_servers
check bash_completes_every_command
check_with zsh zsh_takes_the_completion
check_with zsh zsh_completes_options
check_with apparmor_parser apparmor_profile_compiles
check_with logrotate logrotate_takes_the_sample
check networkd_sample_has_known_words
check protocol_has_a_name
echo "installation: $passed passed, $failed failed"
[ "$failed" = 0 ]
