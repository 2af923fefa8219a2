smtpban_unit(exim)
smtpban_unit(exim_host)
