# Each test of routes and addresses has a network namespace of its own, and is
# skipped where none can be made.
set(NETLINK ${CMAKE_CURRENT_SOURCE_DIR}/unit/netns_rig.c)
smtpban_unit(route ${NETLINK} ${CMAKE_SOURCE_DIR}/enforcer/route.c)
smtpban_unit(hostaddr ${NETLINK} ${CMAKE_SOURCE_DIR}/enforcer/hostaddr.c)
smtpban_unit(netlink ${NETLINK})
smtpban_unit(resolv)
foreach(name route hostaddr netlink)
	target_link_libraries(test_${name} smtpban-netlink)
endforeach()
target_link_options(test_route PRIVATE -Wl,--wrap=send)
target_link_options(test_netlink PRIVATE -Wl,--wrap=send -Wl,--wrap=recv)
