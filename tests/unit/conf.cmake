smtpban_unit(conf)
