smtpban_unit(fault ${CMAKE_SOURCE_DIR}/enforcer/fault.c)
target_link_options(test_fault PRIVATE
	-Wl,--wrap=log_warnx -Wl,--wrap=log_info)

smtpban_unit(wrong)
target_link_libraries(test_wrong smtpban-ctl)
