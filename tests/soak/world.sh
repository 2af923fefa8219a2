# What the soak runs in, and its dice.
# shellcheck shell=sh
# Sourced by run.sh after lib.sh; they share their variables.
# shellcheck disable=SC2034,SC2154,SC2119,SC2120

STARTS=0
KILLS=0
FOREIGN=
FRESH=0

# rnd N: R is 0 to N - 1.  Not in a subshell, or it is the same again.
rnd()
{
	SEED=$(((SEED * 1103515245 + 12345) & 2147483647))
	R=$(((SEED >> 8) % $1))
}

# mono: NOW is hundredths of a second since the boot.
mono()
{
	read -r up _ </proc/uptime
	NOW=${up%.*}${up#*.}
}

# say ACTION: what this step does.
say()
{
	mono
	echo "$STEPS $NOW $*" >>"$T/actions"
}

model()
{
	echo "$*" >>"$T/soak/model"
}

# The address of an attacker (A), and the prefix by which it is banned (P).
pick()
{
	rnd 3
	case $R in
	0)	rnd 254
		A=198.51.100.$((R + 1))
		P=$A ;;
	1)	rnd 199
		A=203.0.113.$((R + 1))
		P=$A ;;
	2)	rnd 4000
		P=$(printf '2001:db8:bad:%x::/64' $((R + 1)))
		rnd 65000
		A=${P%/64}$(printf %x $((R + 1))) ;;
	esac
}

# One that was never used.
pick_fresh()
{
	FRESH=$((FRESH + 1))
	P=$(printf '2001:db8:bad:%x::/64' $((4096 + FRESH)))
	A=${P%/64}1
}

write_conf()
{
	conf "ban for ${BAN_FOR}s" "ban repeat same" \
	    "whitelist { 203.0.113.200/29, 2001:db8:bad:e000::/52 }" "$@"
	sed -i "s,$T/bans.db,$T/disk/bans.db," "$CONF"
}

launch()
{
	exec nsenter --net="/run/netns/$S" env NOTIFY_SOCKET="$T/notify" \
	    WATCHDOG_USEC=2000000 "$@"
}

followed()
{
	grep -c 'following them' "$T/daemon.log"
}
follows()
{
	[ "$(followed)" -gt "$before" ]
}

daemon_up()
{
	before=$(followed)
	launch "$STAGE/sbin/smtpband" -v -f "$CONF" 2>>"$T/daemon.log" &
	DAEMON=$!
	wait_for 30 follows || fail "smtpband does not start"
	PARSER=$(parser_pid)
	STARTS=$((STARTS + 1))
	GREW=
	mono
	model restart "$NOW"
}

world_up()
{
	net_up
	mkdir "$T/disk" "$T/soak"
	mount -t tmpfs -o size=64m tmpfs "$T/disk" || fail "no disk"
	if [ -x "$BUILD/tests/clock/set-clock" ]; then
		CLOCK=yes
		# shellcheck source=tests/e2e/clock.sh
		. "$here/../e2e/clock.sh"
	fi
	cat >"$T/soak/never" <<-EOT
		127.0.0.0/8
		192.0.2.0/24
		203.0.113.200/29
		203.0.113.224/27
		::1
		2001:db8:25::/64
		2001:db8:bad:e000::/52
		2001:db8:bad:f000::/52
	EOT
	: >"$T/soak/model"
	: >"$T/daemon.log"
	: >"$T/actions"
	: >"$LOG"
	write_conf
	"$BUILD/tests/e2e/notify" "$T/notify" >/dev/null &
	EAR=$!
	wait_for 5 test -S "$T/notify" || fail "no ear"
	daemon_up
}
