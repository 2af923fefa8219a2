# What policy stands on, and the accounts.
foreach(module accounts clients distinct known neighbours repeats reputation
	text_hash)
	smtpban_unit(${module})
endforeach()
