set(CALLS ${CMAKE_CURRENT_SOURCE_DIR}/unit/calls_rig.c)
smtpban_unit(sandbox ${CALLS} ${CMAKE_SOURCE_DIR}/enforcer/sandbox.c)
smtpban_unit(filter ${CALLS} ${CMAKE_SOURCE_DIR}/parser/filter.c)
smtpban_unit(privdrop ${CMAKE_SOURCE_DIR}/parser/privdrop.c)
smtpban_unit(confine)
smtpban_unit(child)
foreach(name sandbox filter privdrop confine)
	target_link_libraries(test_${name} smtpban-confine)
endforeach()

# Its own copy of log.c, whose syslogd is the test.
smtpban_unit(syslog ${CMAKE_SOURCE_DIR}/common/log.c)
target_compile_definitions(test_syslog PRIVATE LOG_DEVICE="device")
