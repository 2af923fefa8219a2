set(PARSER ${CMAKE_SOURCE_DIR}/parser)
smtpban_unit(asked ${PARSER}/asked.c)
smtpban_unit(stats ${PARSER}/stats.c)
smtpban_unit(mirror ${PARSER}/mirror.c)
smtpban_unit(evidence ${PARSER}/evidence.c)
smtpban_unit(watch ${PARSER}/watch.c)
smtpban_unit(setup ${PARSER}/setup.c)
smtpban_unit(incoming ${PARSER}/incoming.c)
smtpban_unit(judge ${PARSER}/judge.c ${PARSER}/asked.c ${PARSER}/mirror.c
	${PARSER}/evidence.c ${PARSER}/stats.c ${PARSER}/tell.c
	${PARSER}/watch.c)
target_link_options(test_judge PRIVATE -Wl,--wrap=clock_gettime
	-Wl,--wrap=log_warnx -Wl,--wrap=log_info)
smtpban_unit(parser_enforcer ${PARSER}/enforcer.c ${PARSER}/incoming.c)
smtpban_unit(arrival ${PARSER}/arrival.c)
smtpban_unit(stream ${PARSER}/stream.c ${PARSER}/tail_lines.c)
smtpban_unit(follow ${PARSER}/follow.c ${PARSER}/feed.c ${PARSER}/arrival.c
	${PARSER}/evidence.c
	${PARSER}/stream.c ${PARSER}/tail_lines.c)
smtpban_unit(control ${PARSER}/control.c ${PARSER}/control_client.c
	${PARSER}/control_lane.c ${PARSER}/control_request.c
	${PARSER}/control_reply.c ${PARSER}/evidence.c ${PARSER}/metrics.c
	${PARSER}/mirror.c ${PARSER}/stats.c ${PARSER}/watch.c)
target_link_options(test_follow PRIVATE -Wl,--wrap=clock_ms
	-Wl,--wrap=log_warnx)
smtpban_unit(metrics ${PARSER}/metrics.c ${PARSER}/mirror.c ${PARSER}/stats.c)
foreach(name parser_enforcer follow control metrics)
	target_link_libraries(test_${name} PkgConfig::LIBEVENT)
endforeach()
target_link_options(test_control PRIVATE -Wl,--wrap=getsockopt
	-Wl,--wrap=channel_send_many -Wl,--wrap=clock_ms -Wl,--wrap=accept4
	-Wl,--wrap=log_warn -Wl,--wrap=log_warnx)
