# Lines are found over every kind of rotation: each host has its failures
# spread over the change.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
# In pieces: not a line before its newline comes.
failures 4 198.51.100.20 >>"$LOG"
line=$(fail_line 198.51.100.20)
printf '%s' "${line%authentication*}" >>"$LOG"
sleep 0.3
check "half a line counted" not_routed 198.51.100.20
printf '%s\n' "authentication${line#*authentication}" >>"$LOG"
banned 198.51.100.20

# Renamed and created, with late lines to the renamed file.
failures 2 198.51.100.21 >>"$LOG"
exec 7>>"$LOG"
mv "$LOG" "$LOG.1"
failures 1 198.51.100.21 >&7
: >"$LOG"
failures 1 198.51.100.21 >>"$LOG"
sleep 0.2
check "banned too early" not_routed 198.51.100.21
failures 1 198.51.100.21 >&7
exec 7>&-
banned 198.51.100.21

# Copied and truncated.
failures 3 198.51.100.22 >>"$LOG"
cp "$LOG" "$LOG.1"
: >"$LOG"
failures 2 198.51.100.22 >>"$LOG"
banned 198.51.100.22

# Removed, and made again.
failures 3 198.51.100.23 >>"$LOG"
settle
rm "$LOG"
sleep 0.2
failures 2 198.51.100.23 >"$LOG"
banned 198.51.100.23

# Its whole folder goes and comes back.
stop
LOG=$T/var/log/mail.log
conf
: >"$T/daemon.log"
mkdir -p "$T/var"
launch "$STAGE/sbin/smtpband" -dvv -f "$CONF" 2>>"$T/daemon.log" &
DAEMON=$!
wait_for 20 grep -q "following them" "$T/daemon.log" || fail "no start"
mkdir "$T/var/log"
failures 5 198.51.100.24 >"$LOG"
banned 198.51.100.24
stop

# Behind a symbolic link, renamed and created where that leads; then the link
# leads elsewhere.
mkdir "$T/real"
: >"$T/real/log"
ln -s real/log "$T/link.log"
LOG=$T/link.log
conf
start
failures 2 198.51.100.25 >>"$LOG"
settle
mv "$T/real/log" "$T/real/log.1"
sleep 0.2
failures 3 198.51.100.25 >"$T/real/log"
banned 198.51.100.25
failures 5 198.51.100.26 >"$T/real/next"
ln -sfn real/next "$LOG"
banned 198.51.100.26

# A parser that is stopped is not one that ended.
parser=$(parser_pid)
kill -STOP "$parser"
sleep 0.3
kill -CONT "$parser"
failures 5 198.51.100.27 >>"$LOG"
banned 198.51.100.27
stop
