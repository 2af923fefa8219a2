smtpban_unit(dovecot)
smtpban_unit(doubles)
