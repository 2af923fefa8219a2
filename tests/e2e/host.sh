# A host of its own for the examples of the manual and the README: its files,
# and programs that it would have.  Sourced after lib.sh.
# shellcheck shell=sh

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

host_programs()
{
	cat >"$T/programs/mail" <<'P'
#!/bin/sh
# Some text comes, for somebody.
[ "$(wc -l)" -gt 5 ] && [ -n "$3" ]
P
	cat >"$T/programs/systemctl" <<P
#!/bin/sh
# The units are ours.  (systemd itself runs in the tests of the installation.)
for unit; do
	case \$unit in
	smtpban*.*) ls "$top/rc/\$unit" || ls "$top/rc/\$unit.in" || exit 1 ;;
	smtpban*) ls "$top/rc/\$unit.service.in" || exit 1 ;;
	esac
done
P
	chmod 755 "$T/programs/mail" "$T/programs/systemctl"
}

host_up()
{
	net_up
	mkdir "$T/etc" "$T/work" "$T/programs"
	cp -a /etc/. "$T/etc"
	host_programs
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$0/etc" /etc && mount -t tmpfs none /run &&
	    mount -t tmpfs none /var/log && mount -t tmpfs none /var/lib &&
	    touch "$0/ready" && exec sleep 100000' "$T" &
	HOST=$!
	wait_for 5 test -e "$T/ready" || fail "no host for the examples"
	trap host_down EXIT
}

host_down()
{
	status=$?
	kill "$HOST"
	(exit "$status")
	cleanup
}

# on_host COMMAND: a line for its shell.
on_host()
{
	nsenter -t "$HOST" -m "--net=/run/netns/$S" env \
	    "PATH=$STAGE/bin:$STAGE/sbin:$T/programs:$PATH" \
	    sh -c "cd '$T/work' && $1"
}

# as_log: the lines that come are a part of its mail.log.
as_log()
{
	on_host "cat >>/var/log/${1:-mail.log}"
}

daemon_starts()
{
	: >"$T/daemon.log"
	on_host "exec ${1:-smtpband -d -v}" 2>>"$T/daemon.log" &
	DAEMON=$!
	wait_for 20 grep -q "following them" "$T/daemon.log" ||
	    fail "smtpband does not start: $(cat "$T/daemon.log")"
}

daemon_ends()
{
	kill -TERM "$(pgrep -P "$DAEMON" -x smtpband || echo "$DAEMON")"
	wait "$DAEMON" || fail "smtpband ends with status $?"
	DAEMON=
}
