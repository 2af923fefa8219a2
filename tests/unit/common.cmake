smtpban_unit(category)
smtpban_unit(channel)
smtpban_unit(prefix)
smtpban_unit(prefix_set)

foreach(name ban bans ctl_socket detach log notify)
	smtpban_unit(${name})
endforeach()
smtpban_unit(clock)
target_link_options(test_clock PRIVATE
	-Wl,--wrap=clock_gettime -Wl,--wrap=time)
