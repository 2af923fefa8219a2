smtpban_unit(opensmtpd)
smtpban_unit(sendmail)
smtpban_unit(domains)
