#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl_socket.h"

static char dir[64], path[128];

static int
setup(void **state)
{
	strlcpy(dir, "/tmp/smtpban-ctl.XXXXXX", sizeof(dir));
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/run/control.sock", dir);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void
test_listening_and_connecting(void **state)
{
	struct stat st;
	int server, client;

	server = ctl_listen(path);
	assert_true(server != -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0007, 0);
	client = ctl_connect(path);
	assert_true(client != -1);
	close(client);
	close(server);
}

static void
test_one_that_answers_is_not_replaced(void **state)
{
	int server = ctl_listen(path);

	assert_true(server != -1);
	assert_int_equal(ctl_listen(path), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(server);
}

static void
test_one_left_behind_is_replaced(void **state)
{
	int server = ctl_listen(path);

	close(server);
	assert_int_equal(ctl_connect(path), -1);
	assert_int_equal(errno, ECONNREFUSED);
	server = ctl_listen(path);
	assert_true(server != -1);
	close(server);
}

static void
test_only_a_socket_is_replaced(void **state)
{
	char run[96];

	snprintf(run, sizeof(run), "%s/run", dir);
	assert_int_equal(mkdir(run, 0755), 0);
	assert_int_equal(close(creat(path, 0600)), 0);
	assert_int_equal(ctl_listen(path), -1);
	assert_int_equal(errno, EADDRINUSE);
	assert_int_equal(access(path, F_OK), 0);
}

static void
test_a_path_too_long_is_an_error(void **state)
{
	char name[300];

	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(ctl_connect(name), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_int_equal(ctl_listen(name), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_listening_and_connecting),
		TEST(test_one_that_answers_is_not_replaced),
		TEST(test_one_left_behind_is_replaced),
		TEST(test_only_a_socket_is_replaced),
		TEST(test_a_path_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
