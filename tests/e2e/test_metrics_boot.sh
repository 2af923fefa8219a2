# The address for the metrics comes after smtpband, as with DHCP or while IPv6
# looks for duplicates: the bans do not wait for it.
. "$(dirname "$0")/lib.sh"
net_up

# answers ADDRESS FAMILY: /metrics is there.
answers()
{
	printf 'GET /metrics HTTP/1.0\r\n\r\n' |
	    in_ns "$S" nc -w 5 "$1" 9983 | grep -q '^smtpban_bans'
}

for address in 203.0.113.77 2001:db8:77::77; do
	conf "metrics listen on $address port 9983"
	start
	failures 5 198.51.100.7 >>"$LOG"
	banned 198.51.100.7
	check "not all well" ctl status
	refuse "it answers at $address already" answers "$address"
	case $address in
	*:*) ip -n "$S" addr add "$address/64" dev lo nodad ;;
	*) ip -n "$S" addr add "$address/32" dev lo ;;
	esac
	wait_for 5 answers "$address" || fail "no answer at $address"
	stop
done
