smtpban_unit(ledger_record)

# The fixture stands in for the log.
foreach(name ledger ledger_damage ledger_faults)
	smtpban_unit(${name} unit/ledger_fixture.c
		${CMAKE_SOURCE_DIR}/enforcer/ledger.c)
	target_link_libraries(test_${name} ${GDBM_LIBRARY})
endforeach()
target_link_options(test_ledger_faults PRIVATE
	-Wl,--wrap=gdbm_store -Wl,--wrap=gdbm_needs_recovery)
