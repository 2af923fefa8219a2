# A ban also ends what its client has open, and nothing else: of servers for one
# family or both, whatever rp_filter is, and what this host itself opened.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/sessions.sh
. "$(dirname "$0")/sessions.sh"

counted()
{
	ctl -j status | tr -d ' \n' | grep -q "\"disconnected\":$1,"
}

# round RP_FILTER: with one setting of it, and a daemon and servers of its own.
round()
{
	for key in all default veth0; do
		in_ns "$S" sh -c "echo $1 >/proc/sys/net/ipv4/conf/$key/rp_filter"
	done
	rm -f "$T"/bans.db*
	: >"$LOG"
	server both :: 25
	server inet 192.0.2.25 465
	server inet6 2001:db8:25::25 587
	background "$C" listen 2525
	start
	for i in 1 2 3; do
		hold "198.51.100.$i" 25
		hold "198.51.100.$i" 465
		hold "2001:db8:bad:$i::1" 25
		hold "2001:db8:bad:$i::2" 587
	done
	background "$S" hold 192.0.2.25 198.51.100.1 2525 >"$T/out1"
	background "$S" hold 192.0.2.25 198.51.100.2 2525 >"$T/out2"
	open out1 192.0.2.25
	open out2 192.0.2.25
	for i in 1 2 3; do
		open both "::ffff:198.51.100.$i"
		open inet "198.51.100.$i"
		open both "2001:db8:bad:$i::1"
		open inet6 "2001:db8:bad:$i::2"
	done

	failures 5 198.51.100.1 >>"$LOG"
	banned 198.51.100.1
	ended both ::ffff:198.51.100.1
	ended inet 198.51.100.1
	ended out1 192.0.2.25
	wait_for 2 counted 3 || fail "not three connections are counted"
	grep -q "3 connections of banned clients ended" "$T/daemon.log" ||
	    fail "the log does not tell"

	failures 5 2001:db8:bad:1::7 >>"$LOG"
	banned 2001:db8:bad:1::/64
	ended both 2001:db8:bad:1::1
	ended inet6 2001:db8:bad:1::2
	wait_for 2 counted 5 || fail "not five connections are counted"

	# Without it, the ban holds and what is open starves.
	conf "disconnect no"
	check reload ctl reload
	check "a ban by hand" ctl ban 198.51.100.3
	check "a ban by hand" ctl ban 2001:db8:bad:3::/64
	banned 198.51.100.3
	banned 2001:db8:bad:3::/64
	refuse "a banned client connects" reach 198.51.100.3 700
	for i in 2 3; do
		stays both "::ffff:198.51.100.$i"
		stays inet "198.51.100.$i"
		stays both "2001:db8:bad:$i::1"
		stays inet6 "2001:db8:bad:$i::2"
	done
	stays out2 192.0.2.25

	# And with it again, a start ends that too; nobody else ever noticed.
	stop
	conf
	start
	ended both ::ffff:198.51.100.3
	ended inet 198.51.100.3
	ended both 2001:db8:bad:3::1
	ended inet6 2001:db8:bad:3::2
	stays both ::ffff:198.51.100.2
	stays inet 198.51.100.2
	stays both 2001:db8:bad:2::1
	stays inet6 2001:db8:bad:2::2
	stays out2 192.0.2.25
	ctl status | grep -qx "ended      4 connections of banned clients" ||
	    fail "status does not tell"

	# A network by hand takes all of its hosts.
	check "a network by hand" ctl ban 198.51.100.0/25
	ended both ::ffff:198.51.100.2
	ended inet 198.51.100.2
	ended out2 192.0.2.25
	stays both 2001:db8:bad:2::1
	check flush ctl flush
	stop
	end_started
}

# told N: so often the log has said that it cannot be done.
told()
{
	[ "$(grep -c "cannot end connections" "$T/daemon.log")" = "$1" ] ||
	    fail "not told $1 times"
}

# faults: where the kernel does not list connections, bans hold all the same.
faults()
{
	rm -f "$T"/bans.db*
	: >"$LOG"
	mkdir "$T/stage"
	cp -r "$STAGE"/* "$T/stage"
	cp "$STAGE/../tests/e2e/refused/smtpband" "$T/stage/sbin"
	STAGE=$T/stage
	export SMTPBAN_REFUSE="$T/refuse"
	server both :: 25
	for i in 1 2 3; do hold "198.51.100.$i" 25; done
	for i in 1 2 3; do open both "::ffff:198.51.100.$i"; done
	start
	told 0
	: >"$SMTPBAN_REFUSE"
	for i in 1 2; do
		check "a ban by hand" ctl ban "198.51.100.$i"
		refuse "a banned client connects" reach "198.51.100.$i" 700
		stays both "::ffff:198.51.100.$i"
	done
	told 1

	# When it can, what stayed open ends with the next that is banned.
	rm "$SMTPBAN_REFUSE"
	check "a ban by hand" ctl ban 203.0.113.1
	for i in 1 2; do ended both "::ffff:198.51.100.$i"; done
	told 1
	stop

	# One that cannot at all is told of at the start.
	: >"$SMTPBAN_REFUSE"
	start
	told 1
	check "a ban by hand" ctl ban 198.51.100.3
	refuse "a banned client connects" reach 198.51.100.3 700
	stays both ::ffff:198.51.100.3
	told 1
	stop
	end_started
}

net_up
conf
round 0
round 2
faults
