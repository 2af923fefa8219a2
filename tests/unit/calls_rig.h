/* System calls tried in a child that has entered a filter. */
#ifndef SMTPBAN_CALLS_RIG_H
#define SMTPBAN_CALLS_RIG_H

#include <stddef.h>

/* One call; arguments that are not given are 0. */
struct attempt {
	const char *name;
	unsigned long arg[6];
};

/* The number of a call that this architecture has, or -1. */
int calls_number(const char *name);

/* A child enters and makes the call: its waitpid(2) status. */
int calls_try(void (*enter)(void), long number, const unsigned long arg[6]);

/* None of n attempts ends the child, or each does, by SIGSYS. */
void calls_assert_live(void (*enter)(void), const struct attempt *, size_t n);
void calls_assert_die(void (*enter)(void), const struct attempt *, size_t n);

/* Every number that no attempt of these names ends the child. */
void calls_assert_others_die(void (*enter)(void), const struct attempt *,
    size_t n);

/* Nor is there another way in: x32's numbers, and those of 32 bits. */
void calls_assert_foreign_die(void (*enter)(void));

#endif
