set(TAIL ${CMAKE_CURRENT_SOURCE_DIR}/unit/tail_rig.c
	${CMAKE_SOURCE_DIR}/parser/replay.c
	${CMAKE_SOURCE_DIR}/parser/tail.c
	${CMAKE_SOURCE_DIR}/parser/tail_file.c
	${CMAKE_SOURCE_DIR}/parser/tail_lines.c
	${CMAKE_SOURCE_DIR}/parser/tail_queue.c
	${CMAKE_SOURCE_DIR}/parser/tail_watch.c)
smtpban_unit(tail ${TAIL})
smtpban_unit(tail_name ${TAIL})
smtpban_unit(tail_rotate ${TAIL})
smtpban_unit(tail_truncate ${TAIL})
smtpban_unit(replay ${TAIL})
