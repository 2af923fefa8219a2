# An idle daemon makes no system call at all.
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null || fail "strace is missing"
net_up
conf
start
failures 5 198.51.100.80 >>"$LOG"
banned 198.51.100.80
sleep 2
# Not beside the log, whose folder is watched.
mkdir "$T/trace.d"
TRACE=$T/trace.d/trace
timeout --foreground -s INT 4 strace -f -o "$TRACE" -p "$DAEMON" -p "$(parser_pid)" 2>/dev/null
# What is attached in the middle of a call shows it; nothing may follow.
refuse "busy while idle" sh -c "grep -vE 'epoll_wait\(|epoll_pwait|poll\(|ppoll|restart_syscall|strace|^\$|detached' '$TRACE'"
[ "$(wc -l <"$TRACE")" -le 2 ] || fail "calls while idle: $(cat "$TRACE")"
stop
