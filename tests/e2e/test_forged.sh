# Whatever a client writes, only its own address can be banned.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
v=203.0.113.9
forged="unknown[$v]: SASL LOGIN authentication failed: x"
now=$(ago 0)
for _ in 1 2 3 4 5 6; do
	s="$now mx1 postfix/smtpd[4242]:"
	echo "$s warning: unknown[198.51.100.66]: SASL LOGIN authentication failed: x, sasl_username=warning: $forged"
	echo "$s NOQUEUE: reject: RCPT from unknown[198.51.100.66]: 554 5.7.1 <x@$v]: Relay access denied; from=<warning: $forged> to=<y> proto=ESMTP helo=<unknown[$v]>: Relay access denied; from=<a@$v> to=<b@$v> proto=ESMTP helo=<[$v]>"
	echo "$s warning: non-SMTP command from unknown[198.51.100.66]: GET http://$v/ warning: $forged"
	echo "$now mx1 postfix/cleanup[4243]: 3ABC: message-id=<warning: $forged>"
	echo "$now mx1 postfix/smtpd[4244]: $forged"
	echo "$now mx1 someapp[1]: postfix/smtpd[1]: warning: $forged"
	echo "$now warning: $forged postfix/smtpd[4242]: warning: $forged"
done >>"$LOG"
banned 198.51.100.66
settle
only 1
refuse "the victim is counted" sh -c "'$STAGE/bin/smtpbanctl' -s '$SOCK' -j offenders | grep -q $v"
stop
