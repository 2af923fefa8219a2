smtpban_unit(ledger_record)

# The fixture stands in for the log.
foreach(name ledger ledger_damage ledger_errors ledger_faults ledger_start
	ledger_states)
	smtpban_unit(${name} unit/ledger_fixture.c unit/ledger_model.c
		${CMAKE_SOURCE_DIR}/enforcer/ledger.c
		${CMAKE_SOURCE_DIR}/enforcer/ledger_file.c
		${CMAKE_SOURCE_DIR}/enforcer/ledger_read.c)
	target_link_libraries(test_${name} ${GDBM_LIBRARY})
endforeach()
target_link_options(test_ledger_faults PRIVATE
	-Wl,--wrap=gdbm_store -Wl,--wrap=gdbm_needs_recovery)
target_link_options(test_ledger_start PRIVATE
	-Wl,--wrap=gdbm_nextkey -Wl,--wrap=setrlimit)

# The shim's functions stand before the C library's for gdbm, too.
foreach(name ledger_errors ledger_states)
	target_sources(test_${name} PRIVATE unit/ledger_shim.c)
	set_target_properties(test_${name} PROPERTIES ENABLE_EXPORTS ON)
endforeach()
