#!/bin/sh
# usage: sudo sh rc/run.sh [demo]
# Installs what is missing, builds smtpban and runs it in the foreground on
# this host's mail log; where there is none, or asked for by "demo", shows a
# demonstration in network namespaces of its own.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rc/host.sh
. "$top/rc/host.sh"

die()
{
	echo "run.sh: $*" >&2
	exit 1
}

# find_logs: where this host's mail server writes, a line each.
find_logs()
{
	own=
	if command -v postconf >/dev/null; then
		own=$(postconf -h maillog_file 2>/dev/null) || own=
	fi
	for file in /var/log/mail.log /var/log/maillog "$own"; do
		if [ -n "$file" ] && [ -f "$file" ]; then echo "$file"; fi
	done
}

# What smtpband reads where there is no such file.
has_journal()
{
	[ -x /usr/bin/journalctl ] && [ -e /run/systemd/journal/socket ]
}

# An administrator's configuration that names a log need not be second-guessed.
configured()
{
	[ -f /etc/smtpban.conf ] &&
	    { [ -n "$1" ] || grep -q '^[[:space:]]*log[[:space:]]' \
		/etc/smtpban.conf; }
}

build()
{
	# shellcheck disable=SC2086
	install_missing $BUILD_PACKAGES || die "packages are missing"
	cd "$top"
	mkdir -p build
	if ! { cmake --preset release &&
	    cmake --build --preset release --target programs demo; } \
	    >build/release.log 2>&1; then
		tail -40 build/release.log >&2
		die "the build failed: $top/build/release.log"
	fi
	echo "built in $top/build/release/stage"
}

demo()
{
	with_mounted_root sh "$top/rc/demo/demo.sh" "$top/build/release"
}

# run_daemon CONF: in the foreground, until a signal ends it.
run_daemon()
{
	"$stage/sbin/smtpband" -d -f "$1" &
	daemon=$!
	trap 'kill -TERM "$daemon" 2>/dev/null' INT TERM HUP
	status=0
	wait "$daemon" || status=$?
	# A trapped signal ends only the waiting.
	while kill -0 "$daemon" 2>/dev/null; do
		status=0
		wait "$daemon" || status=$?
	done
	return "$status"
}

live()
{
	make_users "$top/rc/smtpban.sysusers" || die "cannot make the user"
	conf=/etc/smtpban.conf
	if ! configured "$1"; then
		conf=$(mktemp /run/smtpban-run.XXXXXX)
		trap 'rm -f "$conf"' EXIT
		echo "$1" | sed 's/.*/log "&"/; s/"journal"/journal/' >"$conf"
	fi
	echo "following the mail log with $conf:"
	grep '^[[:space:]]*log[[:space:]]' "$conf" || echo "$1"
	cat <<-EOT

	ask it:      sudo $stage/bin/smtpbanctl status
	see routes:  ip route show proto 83; ip -6 route show proto 83
	end it:      ^C; the bans stay in the kernel until they are released:
	             sudo $stage/bin/smtpbanctl flush (before), or
	             sudo ip route flush proto 83; sudo ip -6 route flush proto 83 (after)

	EOT
	status=0
	run_daemon "$conf" || status=$?
	echo "smtpband has ended (status $status)"
	exit "$status"
}

[ "$(id -u)" = 0 ] || die "must be run as root: sudo sh rc/run.sh $*"
case ${1-} in
'' | demo) ;;
*) die "usage: sudo sh rc/run.sh [demo]" ;;
esac
build
stage=$top/build/release/stage
if [ "${1-}" = demo ]; then
	demo
	exit
fi
logs=$(find_logs)
if [ -z "$logs" ] && has_journal; then logs=journal; fi
if [ -z "$logs" ] && ! configured ''; then
	echo "This host has no mail log: neither /var/log/mail.log nor"
	echo "/var/log/maillog, nor a maillog_file of Postfix, nor a journal."
	echo "Here is the demonstration instead."
	demo
	exit
fi
live "$logs"
