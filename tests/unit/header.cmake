smtpban_unit(stamp)
smtpban_unit(entry)
smtpban_unit(repeated)
smtpban_unit(forms)
