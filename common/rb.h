/* Trees of sys/tree.h whose functions are private to a file. */
#ifndef SMTPBAN_RB_H
#define SMTPBAN_RB_H

#include <sys/tree.h>

/*
 * What RB_GENERATE_STATIC should be: Debian's libbsd leaves out the __unused
 * that it needs.
 */
#define RB_PRIVATE(name, type, field, cmp)           \
	RB_GENERATE_INTERNAL(name, type, field, cmp, \
	    __attribute__((unused)) static)

#endif
