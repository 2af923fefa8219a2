# What a container may lack: one line says what is missing, and that is the end.
. "$(dirname "$0")/lib.sh"
net_up
conf
: >"$LOG"

# ends WHAT LINE COMMAND...: smtpband, started by it, ends with status 1 and
# that line.
ends()
{
	what=$1
	line=$2
	shift 2
	timeout --foreground 30 "$@" "$STAGE/sbin/smtpband" -d -f "$CONF" \
	    >"$T/out" 2>&1 </dev/null
	status=$?
	[ "$status" = 1 ] || { cat "$T/out"; fail "$what: status $status"; }
	grep -q "$line" "$T/out" || { cat "$T/out"; fail "$what: not told"; }
	[ -n "${SANITIZED:-}" ] || # which has words of its own
	    [ "$(grep -vc 'made anew\|restored' "$T/out")" -le 2 ] ||
	    { cat "$T/out"; fail "$what: told too often"; }
	pgrep -f "smtpband -d -f $CONF" && fail "$what: something is left"
}
net()
{
	nsenter --net="/run/netns/$S" "$@"
}
netadmin='cannot change routes: CAP_NET_ADMIN is missing (in a container: --cap-add=NET_ADMIN)'
enter="nsenter --net=/run/netns/$S"

# shellcheck disable=SC2086
{
	ends "no CAP_NET_ADMIN" "$netadmin" $enter setpriv \
	    --bounding-set -net_admin --inh-caps -net_admin
	# What an ordinary container has.
	ends "a container" "$netadmin" $enter setpriv --bounding-set \
	    -all,+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap,+net_bind_service,+sys_chroot,+kill,+audit_write
	# Root of a user namespace is none of the network's.
	ends "a user namespace" "$netadmin" $enter unshare -Ur
	ends "no CAP_SYS_CHROOT" "smtpban-parser: chroot .*: Operation not permitted" \
	    $enter setpriv --bounding-set -sys_chroot
	for cap in setuid setgid; do
		ends "no CAP_$cap" "smtpban-parser: giving up root: Operation not permitted" \
		    $enter setpriv --bounding-set -$cap
	done
	ends "no CAP_SETPCAP" "capabilit" $enter setpriv --bounding-set -setpcap
	ends "no CAP_CHOWN" "control socket $SOCK: Operation not permitted" \
	    $enter setpriv --bounding-set -chown
	ends "no /proc" "/proc/self/exe: No such file" $enter unshare -m \
	    sh -c 'mount -t tmpfs none /proc; exec "$@"' sh
	ends "a read-only /run" "/run/smtpban" $enter unshare -m \
	    sh -c 'mount -t tmpfs none /run; mount -o remount,ro /run; exec "$@"' sh
}
[ -z "$(net ip route show proto 83)" ] || fail "routes"

# An ordinary container with just that one: a log that root may read is enough.
launch()
{
	# shellcheck disable=SC2086
	exec $enter setpriv --bounding-set \
	    -all,+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap,+net_bind_service,+sys_chroot,+kill,+audit_write,+net_admin \
	    "$@"
}
start
grep -q "CAP_DAC_READ_SEARCH is missing" "$T/daemon.log" || fail "not told"
failures 5 198.51.100.91 >>"$LOG"
banned 198.51.100.91
stop
launch()
{
	exec nsenter --net="/run/netns/$S" "$@"
}

# And nothing of that harms the next start.
start
failures 5 198.51.100.90 >>"$LOG"
banned 198.51.100.90
stop
