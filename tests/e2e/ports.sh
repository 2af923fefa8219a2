# A table of our own, its rules, and who reaches what.  Sourced after
# sessions.sh.
# shellcheck shell=sh

# gets SOURCE PORT: that client is greeted by our server on the port.
gets()
{
	case $1 in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	in_ns "$C" "$TCP" connect "$1" "$to" "$2" "${3:-1500}"
}

# cut SOURCE PORT...: not one of them, and none of ours starved meanwhile.
cut()
{
	who=$1
	shift
	for port in "$@"; do
		refuse "$who reaches port $port" gets "$who" "$port" 500
	done
}

# free SOURCE PORT...: each of them.
free()
{
	who=$1
	shift
	for port in "$@"; do
		check "$who does not reach port $port" gets "$who" "$port"
	done
}

# sends ADDRESS: this host reaches port 25 there, as a mail server does.
sends()
{
	case $1 in
	*:*) from=2001:db8:25::25 ;;
	*) from=192.0.2.25 ;;
	esac
	in_ns "$S" "$TCP" connect "$from" "$1" 25 1500
}

# our_rules PROTOCOL: of both families, without the lengths of their fields.
our_rules()
{
	{
		shown -4 rule show
		shown -6 rule show
	} | sed -n "s/ proto $1 *\$//p" | tr '\t' ' '
}

# has_rules [PORT...]: exactly those for the ports, or for all, in each family.
has_rules()
{
	{
		[ $# -gt 0 ] || echo "983: from all lookup 2525"
		for port in "$@"; do
			echo "984: from all ipproto tcp sport $port lookup 2525"
		done
	} | sed p | sort >"$T/want"
	our_rules 83 | sort | cmp -s - "$T/want"
}
rules_are()
{
	wait_for 2 has_rules "$@" ||
	    fail "not the rules of '$*': $(our_rules 83)"
}

# in_table PREFIX, exempt PREFIX: it has a route of that kind in our table.
in_table()
{
	case $1 in
	*:*) shown -6 route show table 2525 ;;
	*) shown route show table 2525 ;;
	esac | grep -q "^${2:-blackhole} $1 .*proto 83"
}
exempt()
{
	in_table "$1" throw
}
banned_there()
{
	wait_for 5 in_table "$1" || fail "$1 is not banned"
}

# counted NAME NUMBER: in status.
counted()
{
	ctl -j status | tr -d ' \n' | grep -q "\"$1\":$2,"
}

rp_filter()
{
	for key in all default veth0; do
		in_ns "$S" sh -c "echo $1 >/proc/sys/net/ipv4/conf/$key/rp_filter"
	done
}
