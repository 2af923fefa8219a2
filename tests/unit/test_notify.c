#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "notify.h"

static void
test_nobody_is_told_without_a_manager(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	assert_false(notify_open());
	notify_send("READY=1");
}

/* A manager that listens at an abstract name, as systemd's user manager does. */
static void
test_the_manager_hears(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char buf[32];
	int fd, len;

	len = snprintf(sun.sun_path, sizeof(sun.sun_path), "@smtpban-test-%d",
	    (int)getpid());
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	assert_true(notify_open());
	notify_send("READY=1");
	assert_int_equal(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), 7);
	assert_memory_equal(buf, "READY=1", 7);
	close(fd);
}

static void
test_the_watchdog_is_fed_twice_as_often_as_it_wants(void **state)
{
	char pid[16];

	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_interval(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_interval(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_interval(), 0);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_interval(), 15000);
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_interval(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_is_told_without_a_manager),
		cmocka_unit_test(test_the_manager_hears),
		cmocka_unit_test(
		    test_the_watchdog_is_fed_twice_as_often_as_it_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
