smtpban_unit(offenders)
smtpban_unit(policy)

foreach(module client commands escape fold hints html json networks old_dbm report
	scan scan_bans
	scan_file table when whitelist)
	smtpban_unit(${module})
	target_link_libraries(test_${module} smtpban-ctl)
endforeach()
target_link_options(test_commands PRIVATE -Wl,--wrap=kernel_look)
target_link_options(test_client PRIVATE -Wl,--wrap=ctl_connect
	-Wl,--wrap=clock_ms)

smtpban_unit(kernel unit/netns_rig.c)
target_link_libraries(test_kernel smtpban-ctl)
