# What the two processes may do, as the kernel tells.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
parser=$(parser_pid)
field()
{
	awk -v k="$2:" '$1 == k { $1 = ""; print }' "/proc/$1/status" | tr -s ' \t' ' '
}
uid=$(id -u _smtpban)
[ "$(field "$parser" Uid)" = " $uid $uid $uid $uid" ] || fail "uid$(field "$parser" Uid)"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
	[ "$(field "$parser" $set)" = " 0000000000000000" ] ||
	    fail "parser $set$(field "$parser" $set)"
done
[ "$(field "$parser" Groups)" = " " ] || [ "$(field "$parser" Groups)" = " $(id -g _smtpban) " ] ||
    [ "$(field "$parser" Groups)" = "" ] || [ "$(field "$parser" Groups)" = " $(id -g _smtpban)" ] ||
    fail "groups$(field "$parser" Groups)"
[ "$(field "$parser" NoNewPrivs)" = " 1" ] || fail "parser: new privileges"
[ "$(field "$DAEMON" NoNewPrivs)" = " 1" ] || fail "enforcer: new privileges"
root=$(readlink "/proc/$parser/root")
[ "$root" = /run/smtpban/empty ] && [ -z "$(ls -A "$root")" ] || fail "root $root"
# CAP_DAC_READ_SEARCH is 2, CAP_NET_ADMIN is 12.
[ "$(field "$DAEMON" CapBnd)" = " 0000000000000000" ] || fail "enforcer: bounding set"
for set in CapPrm CapEff; do
	[ "$(field "$DAEMON" $set)" = " 0000000000001004" ] ||
	    fail "enforcer $set$(field "$DAEMON" $set)"
done
# Sockets and files that the parser holds: the channel, the control socket,
# inotify, the log, its event loop and standard descriptors.
for fd in "/proc/$parser/fd/"*; do
	case $(readlink "$fd") in
	socket:*|anon_inode:*|pipe:*|"$LOG"|/dev/null|/dev/pts/*|"$T"/daemon.log) ;;
	*) fail "parser holds $(readlink "$fd")" ;;
	esac
done
tr '\0' '\n' <"/proc/$parser/environ" | grep -qv -e '^TZ=' -e '^LC_ALL=' -e '^ASAN_OPTIONS=' -e '^$' &&
    fail "environment: $(tr '\0' ' ' <"/proc/$parser/environ")"
if [ -z "${SANITIZED:-}" ]; then
	ldd "$STAGE/libexec/smtpban-parser" | grep -E 'gdbm|libnl' && fail "parser: libraries"
	ldd "$STAGE/sbin/smtpband" | grep -E 'libevent' && fail "enforcer: libraries"
fi
# Only root may change; who is neither root nor in the group may not ask.
refuse "nobody may ask" setpriv --reuid=65534 --regid=65534 --clear-groups \
    "$STAGE/bin/smtpbanctl" -s "$SOCK" status
gid=$(getent group smtpban | cut -d: -f3)
chmod 755 "$T"
check "the group may not ask" setpriv --reuid=65534 --regid="$gid" --clear-groups \
    "$STAGE/bin/smtpbanctl" -s "$SOCK" bans
refuse "the group may change" setpriv --reuid=65534 --regid="$gid" --clear-groups \
    "$STAGE/bin/smtpbanctl" -s "$SOCK" ban 198.51.100.1
grep -q root "$T/out" || fail "no reason: $(cat "$T/out")"
stop
