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
#include <sys/wait.h>
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
	client = ctl_connect(path, 5);
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

/* With all places in its queue taken, by whoever: neither hangs. */
static void
test_one_that_takes_no_connection_is_not_waited_for(void **state)
{
	int server = ctl_listen(path), first;

	(void)state;
	assert_int_equal(listen(server, 0), 0);
	first = ctl_connect(path, 1);
	assert_true(first != -1);
	assert_int_equal(ctl_connect(path, 1), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(ctl_listen(path), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(first);
	close(server);
}

static void
test_many_connections_wait_without_being_taken(void **state)
{
	int server = ctl_listen(path), fds[200], i;

	(void)state;
	for (i = 0; i < 200; i++) {
		fds[i] = ctl_connect(path, 1);
		assert_true(fds[i] != -1);
	}
	for (i = 0; i < 200; i++)
		close(fds[i]);
	close(server);
}

static void
test_one_left_behind_is_replaced(void **state)
{
	int server = ctl_listen(path);

	close(server);
	assert_int_equal(ctl_connect(path, 5), -1);
	assert_int_equal(errno, ECONNREFUSED);
	server = ctl_listen(path);
	assert_true(server != -1);
	close(server);
}

/* As smtpband ends, and a parser of it that was taken over does not. */
static void
test_one_held_by_who_did_not_make_it_is_replaced(void **state)
{
	int server, heir[2];
	pid_t maker;
	char end;

	assert_int_equal(pipe(heir), 0);
	if ((maker = fork()) == 0) {
		if (ctl_listen(path) == -1 || fork() != 0)
			_exit(0);
		close(heir[1]);
		_exit(read(heir[0], &end, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(maker, NULL, 0), maker);
	close(heir[0]);
	server = ctl_connect(path, 5);
	assert_true(server != -1);
	close(server);
	server = ctl_listen(path);
	assert_true(server != -1);
	close(server);
	close(heir[1]);
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
	assert_int_equal(ctl_connect(name, 5), -1);
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
		TEST(test_one_that_takes_no_connection_is_not_waited_for),
		TEST(test_many_connections_wait_without_being_taken),
		TEST(test_one_left_behind_is_replaced),
		TEST(test_one_held_by_who_did_not_make_it_is_replaced),
		TEST(test_only_a_socket_is_replaced),
		TEST(test_a_path_too_long_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
