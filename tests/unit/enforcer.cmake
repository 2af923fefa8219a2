set(ENFORCER ${CMAKE_SOURCE_DIR}/enforcer)
smtpban_unit(guard ${ENFORCER}/guard.c)
smtpban_unit(disconnect ${ENFORCER}/disconnect.c)
target_link_libraries(test_disconnect PkgConfig::LIBNL)
target_link_options(test_disconnect PRIVATE -Wl,--wrap=log_warnx)
smtpban_unit(turn ${ENFORCER}/release.c ${ENFORCER}/turn.c)
smtpban_unit(request ${ENFORCER}/request.c)
target_link_options(test_request PRIVATE -Wl,--wrap=log_info)
smtpban_unit(reconcile ${ENFORCER}/reconcile.c)
smtpban_unit(source ${ENFORCER}/source.c)
target_link_options(test_source PRIVATE -Wl,--wrap=inotify_init1)
smtpban_unit(reply ${ENFORCER}/reply.c)
target_link_options(test_reply PRIVATE -Wl,--wrap=poll)
smtpban_unit(reload ${ENFORCER}/reload.c)
target_link_options(test_reload PRIVATE -Wl,--wrap=log_warnx)
smtpban_unit(skew ${ENFORCER}/skew.c)
target_link_options(test_skew PRIVATE -Wl,--wrap=clock_gettime)
smtpban_unit(loop unit/loop_rig.c ${ENFORCER}/loop.c)
target_link_options(test_loop PRIVATE
	-Wl,--wrap=poll -Wl,--wrap=timerfd_settime)

# The parser's stand-in lies where spawn.c looks: beside the program.
add_executable(spawn_stub unit/spawn_stub.c)
target_link_libraries(spawn_stub smtpban-common)
smtpban_unit(spawn ${ENFORCER}/spawn.c)
target_compile_definitions(test_spawn PRIVATE SMTPBAN_PARSER="spawn_stub")
add_dependencies(test_spawn spawn_stub)

# As is that for journalctl.
add_executable(journal_stub unit/journal_stub.c)
smtpban_unit(journal ${ENFORCER}/journal.c ${ENFORCER}/spawn.c)
target_compile_definitions(test_journal PRIVATE SMTPBAN_PARSER="spawn_stub"
	JOURNAL_STUB="$<TARGET_FILE:journal_stub>"
	SMTPBAN_JOURNALCTL=journal_stub_path)
target_compile_options(test_journal PRIVATE
	-include ${CMAKE_CURRENT_SOURCE_DIR}/unit/journal_stub.h)
target_link_options(test_journal PRIVATE
	-Wl,--wrap=getgrnam -Wl,--wrap=access -Wl,--wrap=open)
add_dependencies(test_journal journal_stub)
