smtpban_unit(category)
smtpban_unit(channel)
smtpban_unit(prefix)
smtpban_unit(prefix_set)

# Its own copy of log.c, in which the test stands in for syslog(3): fortified
# calls would go past it.
smtpban_unit(log ${CMAKE_SOURCE_DIR}/common/log.c)
target_compile_options(test_log PRIVATE -U_FORTIFY_SOURCE)

foreach(name ban bans ctl_socket detach notify)
	smtpban_unit(${name})
endforeach()
smtpban_unit(clock)
target_link_options(test_clock PRIVATE
	-Wl,--wrap=clock_gettime -Wl,--wrap=time)
