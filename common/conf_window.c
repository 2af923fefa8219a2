/* smtpban.conf(5): how far back what it asks for reaches. */
#include "conf.h"

#define DAY        86400U
#define KNOWN_DAYS 7U /* of good logins are worth a longer replay */

uint32_t
conf_window(const struct msg_policy *policy)
{
	uint32_t window = policy->known_for;
	unsigned c;

	if (window > KNOWN_DAYS * DAY)
		window = KNOWN_DAYS * DAY;
	for (c = 0; c < CATEGORY_COUNT; c++)
		if (policy->threshold[c].count != 0 &&
		    policy->threshold[c].within > window)
			window = policy->threshold[c].within;
	if (policy->network.count != 0 && policy->network.within > window)
		window = policy->network.within;
	return window;
}
