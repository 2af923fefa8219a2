/*
 * What both processes give up in the same way: resources, dumps, and every
 * system call but those of a table (seccomp(2), by libseccomp).
 */
#ifndef SMTPBAN_CONFINE_H
#define SMTPBAN_CONFINE_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

/* A build whose memory and behaviour are checked: it makes more calls. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_SANITIZED
#endif
#endif

#define CONFINE_CONDITIONS 2

/*
 * A call that may be made if all conditions hold; one row for each "or".  Or
 * one that is not made, and fails with an errno, instead of ending the process.
 */
struct confine_call {
	int number;     /* SCMP_SYS */
	uint16_t error; /* errno; 0: it is made */
	struct scmp_arg_cmp when[CONFINE_CONDITIONS];
};

#define CALL(name, ...)                                           \
	{                                                         \
		.number = SCMP_SYS(name), .when = { __VA_ARGS__ } \
	}

#define CALL_FAILS(errno, name, ...)                                  \
	{                                                             \
		.number = SCMP_SYS(name), .error = (errno), .when = { \
			__VA_ARGS__                                   \
		}                                                     \
	}

/*
 * Conditions on argument n, from 0.  The kernel takes int arguments from the
 * lower half of a register; what is in the upper one does not count.
 */
#define ARG_IS(n, value)                                             \
	{                                                            \
		n, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value) \
	}
#define ARG_WITHOUT(n, bits)                               \
	{                                                  \
		n, SCMP_CMP_MASKED_EQ, (uint32_t)(bits), 0 \
	}
#define ARG_ONLY(n, bits)                                    \
	{                                                    \
		n, SCMP_CMP_MASKED_EQ, (uint32_t) ~(bits), 0 \
	}
#define ARG_NULL(n)                  \
	{                            \
		n, SCMP_CMP_EQ, 0, 0 \
	}

/*
 * For good: no core, no debugger of the same user, no processes, no
 * locked memory or queues, so many descriptors at most, no new privileges.
 * Failing is fatal.
 */
void confine_limits(rlim_t files);

/*
 * From now on any other call, and any of another architecture, ends the whole
 * process by SIGSYS.  confine_limits comes first.  Failing is fatal.
 */
void confine_calls(const struct confine_call *, size_t n);

#endif
