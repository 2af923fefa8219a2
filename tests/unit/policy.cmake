# What policy stands on, and the accounts.
foreach(module accounts clients distinct friends gateway known neighbours outage
	repeats reputation text_hash)
	smtpban_unit(${module})
endforeach()
