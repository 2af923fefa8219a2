/*
 * What the enforcer sends: each message is checked for its form, by one
 * table, before anybody acts on it.  A false one ends the process.
 */
#ifndef SMTPBAN_INCOMING_H
#define SMTPBAN_INCOMING_H

#include <stdbool.h>

#include "msg.h"

/* Who takes them.  Descriptors become the callee's; -1: none came along. */
struct incoming_ops {
	void (*conf_begin)(void *arg);
	void (*conf_policy)(void *arg, const struct msg_policy *);
	void (*conf_whitelist)(void *arg, const struct prefix *);
	void (*conf_match)(void *arg, const struct msg_conf_match *);
	void (*conf_log)(void *arg, const struct msg_conf_log *);
	void (*conf_commit)(void *arg);
	void (*watch)(void *arg, const struct msg_watch *, int fd);
	void (*log)(void *arg, const struct msg_log *, int fd);
	void (*listener)(void *arg, int fd);
	void (*metrics)(void *arg, int fd); /* -1: no longer */
	void (*ban_state)(void *arg, const struct ban *);
	void (*bans_moved)(void *arg, const struct msg_moved *);
	void (*ready)(void *arg);
	void (*level)(void *arg, int level);
	void (*ping)(void *arg);
	void (*dump)(void *arg);
	/* MSG_DONE, REFUSED, FAILED, CHECKED, COUNTED, and BAN_STATE (after
	 * ban_state above) if it has an id. */
	void (*answer)(void *arg, const struct channel_msg *);
};

struct incoming {
	const struct incoming_ops *ops;
	void *arg;
	bool configuring; /* between CONF_BEGIN and CONF_COMMIT */
	bool has_policy;  /* in there */
	bool configured;  /* at least once */
	bool listening;
	bool ready;
};

void incoming_take(struct incoming *, const struct channel_msg *);

#endif
