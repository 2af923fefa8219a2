# A table of our own, with its rule, and another kind of route; and back.
. "$(dirname "$0")/lib.sh"
net_up
conf "route table 2525" "route unreachable"
start
listen
failures 5 198.51.100.60 >>"$LOG"
in_table()
{
	shown route show table 2525 2>/dev/null | grep -q '^unreachable 198.51.100.60 proto 83'
}
wait_for 5 in_table || fail "not in the table"
refuse "still reaches us" reach 198.51.100.60 700
check "others do not" reach 198.51.100.61
ip -n "$S" rule del table 2525
wait_for 2 sh -c "ip -n $S rule show | grep -q 'lookup 2525'" ||
    fail "the rule is not put back"
conf "route table 2525" "route protocol 84"
check reload ctl reload
[ "$(ip -n "$S" rule show | grep -c 'lookup 2525')" = 1 ] ||
    fail "the rule of the old protocol stays: $(ip -n "$S" rule show)"
conf "route prohibit"
check reload ctl reload
refuse "the rule stays" sh -c "ip -n $S rule show; ip -n $S rule show | grep 2525"
refuse "the old route stays" in_table
shown route show 198.51.100.60 | grep -q '^prohibit 198.51.100.60 proto 83' ||
    fail "not of the new kind"
stop
