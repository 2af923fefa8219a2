# All of the enforcer but its start and its loop, against what can be said to
# it.
file(GLOB MODULES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/enforcer/*.c)
list(FILTER MODULES EXCLUDE REGEX "/(smtpband|loop|spawn|journal|sandbox)\\.c$")
smtpban_unit(hostile unit/hostile_rig.c unit/hostile_policy.c
	unit/netns_rig.c ${MODULES})
target_link_libraries(test_hostile smtpban-netlink ${GDBM_LIBRARY})
target_link_options(test_hostile PRIVATE -Wl,--wrap=fatal -Wl,--wrap=fatalx
	-Wl,--wrap=log_info -Wl,--wrap=log_warnx)
