#include <stdio.h>
#include <string.h>

#include "smtpband.h"

/* The widest that has one owner, or that is counted or banned as one. */
static unsigned
widest(const struct conf *conf, const struct prefix *p)
{
	unsigned family = p->family == PREFIX_INET ? 0 : 1;
	unsigned len = prefix_network_len(p);

	if (family == 1 && conf->policy.inet6_len < len)
		len = conf->policy.inet6_len;
	if (conf->policy.network_len[family] != 0 &&
	    conf->policy.network_len[family] < len)
		len = conf->policy.network_len[family];
	return len;
}

bool
guard_refuses(const struct conf *conf, const struct hostaddr *host,
    const struct prefix *p, char reason[MSG_REASON_LEN])
{
	const struct prefix *entry;
	const char *what;
	char text[PREFIX_STRLEN];

	if (!prefix_is_valid(p))
		strlcpy(reason, "not a prefix", MSG_REASON_LEN);
	else if (p->len < widest(conf, p))
		snprintf(reason, MSG_REASON_LEN, "wider than /%u",
		    widest(conf, p));
	else if ((what = prefix_special(p)) != NULL)
		snprintf(reason, MSG_REASON_LEN, "%s address", what);
	else if ((entry = conf->policy.exempt ?
			 prefix_set_covering(conf->whitelist, p) :
			 prefix_set_overlapping(conf->whitelist, p)) != NULL)
		snprintf(reason, MSG_REASON_LEN, "whitelisted by %s",
		    prefix_format(entry, text));
	else if ((what = hostaddr_protects(host, p)) != NULL)
		strlcpy(reason, what, MSG_REASON_LEN);
	else if (!conf->policy.private_allowed && prefix_is_private(p))
		strlcpy(reason, "private address", MSG_REASON_LEN);
	else
		return false;
	return true;
}
