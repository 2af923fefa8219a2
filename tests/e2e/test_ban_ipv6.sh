# IPv6 clients are counted and banned by /64.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
listen
for i in 1 2 3 4 5; do fail_line "2001:db8:bad:7::$i" >>"$LOG"; done
banned 2001:db8:bad:7::/64
refuse "a banned network still connects" reach 2001:db8:bad:7::99 700
check "another network cannot connect" reach 2001:db8:bad:8::1
check "unban by one address of it" ctl unban 2001:db8:bad:7::99
check "the network is still banned" not_routed 2001:db8:bad:7::/64
stop
