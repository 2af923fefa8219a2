# A real mail server in the world of the end-to-end tests: its packages are
# unpacked into a folder, which is laid over /usr and /etc in a mount namespace
# of its own, so that nothing of the host is changed.  Sourced by each test.
# shellcheck shell=sh

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

HOLDER=
guess=0
MAIL=$T/mail # what the servers write

# Ends what runs in the server's network, then as the end-to-end tests do.
live_cleanup()
{
	status=$?
	trap - EXIT INT TERM
	if [ "$status" -ne 0 ]; then
		tail -n 30 "$MAIL"/*log 2>/dev/null | sed 's/^/    /'
	fi
	[ -z "$DAEMON" ] || kill -9 "$DAEMON" 2>/dev/null
	DAEMON=
	for pid in $(ip netns pids "$S" 2>/dev/null); do
		kill -9 "$pid" 2>/dev/null
	done
	(exit "$status")
	cleanup
}
trap live_cleanup EXIT

# unpack PACKAGE... -- LIBRARY...: the packages, and the libraries that the host
# does not have.  They are kept for the next run beside the build tree.
unpack()
{
	TREE=$LIVE/$NAME
	[ ! -e "$TREE/done" ] || return 0
	rm -rf "$TREE"
	mkdir -p "$TREE/debs" "$TREE/usr/lib" "$TREE/etc"
	wanted="" needed=true
	for package in "$@"; do
		if [ "$package" = -- ]; then
			needed=false
		elif $needed || ! dpkg-query -W -f '${db:Status-Status}' \
		    "$package" 2>/dev/null | grep -qx installed; then
			wanted="$wanted $package"
		fi
	done
	# shellcheck disable=SC2086
	(cd "$TREE/debs" && apt-get -q download $wanted) >"$TREE/apt" 2>&1 || {
		cat "$TREE/apt"
		fail "packages cannot be loaded"
	}
	for deb in "$TREE"/debs/*.deb; do
		dpkg-deb -x "$deb" "$TREE" || fail "$deb cannot be unpacked"
	done
	[ ! -d "$TREE/lib" ] || cp -a "$TREE/lib/." "$TREE/usr/lib/"
	touch "$TREE/done"
}

# users NAME...: for the servers, each with a group of its name.
users()
{
	cp /etc/passwd /etc/group "$TREE/etc/"
	id=600
	for user in "$@"; do
		id=$((id + 1))
		sed -i "/^$user:/d" "$TREE/etc/passwd" "$TREE/etc/group"
		echo "$user:x:$id:$id::/nonexistent:/bin/false" \
		    >>"$TREE/etc/passwd"
		echo "$user:x:$id:" >>"$TREE/etc/group"
	done
}

# host_up: the network, and the server's view of the files.
host_up()
{
	net_up
	mkdir -p "$MAIL"
	chmod 755 "$T" "$MAIL"
	nsenter --net="/run/netns/$S" unshare -m sh -c "
		mount --make-rprivate / 2>/dev/null
		mount -t overlay overlay -o lowerdir=$TREE/usr:/usr /usr &&
		mount -t overlay overlay -o lowerdir=$TREE/etc:/etc /etc &&
		touch $T/mounted && exec sleep 1000" &
	HOLDER=$!
	wait_for 10 test -e "$T/mounted" || fail "no view of the packages"
}

# on_host COMMAND...: in the server's network, with its files.
on_host()
{
	nsenter --target "$HOLDER" --mount --net "$@"
}

# talk SOURCE PORT: the lines of standard input, said to the server.
talk()
{
	case $1 in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	in_ns "$C" "$TALK" "$1" "$to" "$2" "${3:-20000}" >"$T/said" 2>&1
}

b64()
{
	printf '%s' "$1" | base64 -w 0
}

# log_in SOURCE USER PASSWORD [TIMES]: by AUTH LOGIN, in one session; each time
# with another password.
log_in()
{
	{
		echo "EHLO pc.example.net"
		i=0
		while [ "$i" -lt "${4:-1}" ]; do
			printf 'AUTH LOGIN\n%s\n%s\n' "$(b64 "$2")" \
			    "$(b64 "$3$guess-$i")"
			i=$((i + 1))
		done
		echo QUIT
	} | talk "$1" 25
	guess=$((guess + 1))
}

# send_mail SOURCE FROM TO [AUTH COMMAND]: one message, in one session.
send_mail()
{
	{
		echo "EHLO mail.example.net"
		[ $# -lt 4 ] || echo "$4"
		printf 'MAIL FROM:<%s>\nRCPT TO:<%s>\nDATA\n' "$2" "$3"
		printf 'Subject: hello\n\nwarning: unknown[203.0.113.9]: SASL '
		printf 'LOGIN authentication failed\n.\nQUIT\n'
	} | talk "$1" 25
}

# ask_relay N SOURCE: wants mail for others to be carried, N times.
ask_relay()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		printf 'EHLO x\nMAIL FROM:<a@example.com>\nRCPT TO:<v%s@example.net>\nQUIT\n' \
		    "$n" | talk "$2" 25
		n=$((n - 1))
	done
}

# plain USER PASSWORD: the command that logs in with it.
plain()
{
	printf 'AUTH PLAIN %s' "$(printf '\0%s\0%s' "$1" "$2" | base64 -w 0)"
}

# greeted SOURCE: the mail server answers it.
greeted()
{
	echo QUIT | talk "$1" 25 1500 && grep -q ^220 "$T/said"
}
not_greeted()
{
	! greeted "$1"
}

# attacked WHAT SOURCE ROUTE: five of them were one too many.
attacked()
{
	banned "$3"
	refuse "$1: the attacker is still answered" greeted "$2"
}

# spared WHAT SOURCE
spared()
{
	settle
	check "$1: a friend is not answered" greeted "$2"
}
