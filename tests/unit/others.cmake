smtpban_unit(others)
