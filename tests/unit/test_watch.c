#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch.h"

static unsigned woken;

static int
setup(void **state)
{
	woken = 0;
	*state = watch_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	watch_free(*state);
	return 0;
}

static void
wake(void *arg)
{
	(void)arg;
	woken++;
}

static struct watcher
watcher(uid_t uid)
{
	return (struct watcher){ .uid = uid, .wake = wake };
}

static void
put(struct watch *w, uint64_t first, uint64_t n)
{
	struct ctl_event_record r = { .kind = CTL_EVENT_FAILURE };

	for (; n > 0; n--) {
		r.time = (int64_t)first++;
		watch_put(w, &r);
	}
}

static void
test_nothing_is_kept_while_nobody_watches(void **state)
{
	struct watcher who = watcher(0);
	struct ctl_event_record r;
	uint64_t at;

	assert_false(watch_is_on(*state));
	put(*state, 1, 3);
	assert_null(watch_join(*state, &who, &at));
	assert_true(watch_is_on(*state));
	assert_false(watch_next(*state, &at, 0, &r));
	put(*state, 4, 1);
	assert_int_equal(woken, 1);
	assert_true(watch_next(*state, &at, 0, &r));
	assert_int_equal(r.time, 4);
	assert_false(watch_next(*state, &at, 0, &r));
	watch_leave(*state, &who);
	watch_leave(*state, &who);
	assert_false(watch_is_on(*state));
	put(*state, 5, 1);
	assert_int_equal(woken, 1);
	assert_null(watch_join(*state, &who, &at));
	assert_false(watch_next(*state, &at, 0, &r));
	watch_leave(*state, &who);
}

static void
test_slow_reader_is_told_how_many_he_missed(void **state)
{
	struct watcher slow = watcher(0), fast = watcher(0);
	struct ctl_event_record r;
	uint64_t at, now;
	uint64_t n;

	assert_null(watch_join(*state, &slow, &at));
	assert_null(watch_join(*state, &fast, &now));
	put(*state, 0, WATCH_EVENTS);
	assert_true(watch_next(*state, &at, 0, &r));
	assert_int_equal(r.time, 0); /* none is lost yet */
	put(*state, WATCH_EVENTS, 101);
	assert_true(watch_next(*state, &at, 77, &r));
	assert_int_equal(r.kind, CTL_EVENT_LOST);
	assert_int_equal(r.lost, 100);
	assert_int_equal(r.time, 77);
	for (n = 101; watch_next(*state, &at, 0, &r); n++) {
		assert_int_equal(r.kind, CTL_EVENT_FAILURE);
		assert_int_equal(r.time, n);
	}
	assert_int_equal(n, WATCH_EVENTS + 101);
	assert_int_equal(woken, 2 * (WATCH_EVENTS + 101));
	watch_leave(*state, &slow);
	watch_leave(*state, &fast);
}

static void
test_places_are_few_and_no_uid_has_them_all(void **state)
{
	struct watcher root[WATCH_ROOT_MAX + 1], others[WATCH_OTHERS_MAX + 1];
	uint64_t at;
	uid_t uid;
	unsigned i;

	for (i = 0; i <= WATCH_OTHERS_MAX; i++) {
		uid = 1000 + i / WATCH_UID_MAX;
		others[i] = watcher(uid);
		if (i % WATCH_UID_MAX == 0 && i > 0) {
			others[i].uid = uid - 1;
			assert_non_null(watch_join(*state, &others[i], &at));
			others[i].uid = uid;
		}
		if (i < WATCH_OTHERS_MAX)
			assert_null(watch_join(*state, &others[i], &at));
		else
			assert_string_equal(watch_join(*state, &others[i], &at),
			    "too many watch already");
	}
	for (i = 0; i <= WATCH_ROOT_MAX; i++) {
		root[i] = watcher(0);
		if (i < WATCH_ROOT_MAX)
			assert_null(watch_join(*state, &root[i], &at));
		else
			assert_non_null(watch_join(*state, &root[i], &at));
	}
	watch_leave(*state, &others[0]);
	others[0].uid = 2000;
	assert_null(watch_join(*state, &others[0], &at));
	for (i = 0; i < WATCH_OTHERS_MAX; i++)
		watch_leave(*state, &others[i]);
	for (i = 0; i <= WATCH_ROOT_MAX; i++)
		watch_leave(*state, &root[i]);
	assert_false(watch_is_on(*state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_kept_while_nobody_watches),
		TEST(test_slow_reader_is_told_how_many_he_missed),
		TEST(test_places_are_few_and_no_uid_has_them_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
