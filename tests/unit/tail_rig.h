/*
 * A log directory, a writer, and a stand-in for the enforcer's side of tail.h
 * that opens and watches real files.  The seed decides where a line is torn,
 * when the tail gets to run, and how late its questions are answered.
 */
#ifndef SMTPBAN_TAIL_RIG_H
#define SMTPBAN_TAIL_RIG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tail.h"

#define RIG_QUEUE 16 /* questions, and answers, on their way */
#define RIG_SEEDS 30

struct rig_line {
	char *text;
	size_t len;
	bool cut;
	bool live;
};

struct rig_lines {
	struct rig_line *v;
	size_t n;
};

struct rig_answer {
	unsigned which;
	int fd;
	int error;
	int wd;
};

struct rig {
	unsigned seed;
	bool prompt; /* answers come within the question */
	char base[64];
	char dir[80];
	char log[96];
	char rotated[96];

	struct tail *tail;
	int inotify;
	int dir_wd;
	int open_flags;
	bool dir_seen;
	int file_wd;
	uint64_t opened; /* inode of the log when it was last opened */
	bool busy;
	unsigned replayed;
	unsigned asked[3]; /* by enum msg_which; [MSG_ROTATED]: any of these */
	unsigned asks[RIG_QUEUE];
	unsigned nasks;
	struct rig_answer answers[RIG_QUEUE];
	unsigned nanswers;

	struct rig_lines want;
	struct rig_lines got;
	uint64_t serial;
	bool pieces;   /* lines are written in pieces */
	bool no_watch; /* the kernel has no room for a watch on the log */
	int64_t reach; /* for tail_set_reach, if not 0 */
};

struct rig *rig_new(unsigned seed);

/* Run the body once for each of that many seeds. */
void rig_run(void **state, unsigned seeds, void (*body)(struct rig *));
int rig_teardown(void **state);
#define RIG_TEST(f) cmocka_unit_test_teardown(f, rig_teardown)

/* since: the beginning of the window. */
void rig_start(struct rig *, int64_t since);

/* A random small number of things that may happen in any order. */
void rig_stir(struct rig *);
/* Let everything happen that can. */
void rig_settle(struct rig *);
/* Stir until the enforcer has opened the file that fd stands for. */
void rig_await_open(struct rig *, int fd);
/* Settle, and compare the lines that came with those expected. */
void rig_check(struct rig *);

/* The rotated files become older: .1 is .2 then, and so on up to .9. */
void rig_shift(struct rig *);

int rig_create(const char *path); /* for appending */
void rig_write(struct rig *, int fd, const char *, size_t);

/* Expect a line, and write it; time 0: it has none. */
void rig_line(struct rig *, int fd, int64_t time);
void rig_lines(struct rig *, int fd, unsigned n);
void rig_want(struct rig *, const char *, size_t, bool cut);
/* Write a line that is not to come. */
void rig_unwanted(struct rig *, int fd, int64_t time);

#endif
