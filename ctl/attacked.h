/* User names under attack, for people and as JSON. */
#ifndef SMTPBAN_ATTACKED_H
#define SMTPBAN_ATTACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl.h"
#include "json.h"

/*
 * A name as a cell: escaped, and one of more than width characters (or the
 * largest width) ends in dots.
 */
#define ATTACKED_USER_WIDTH 26 /* leaves room for the other columns in 80 */
#define ATTACKED_USER_SIZE  (ATTACKED_USER_WIDTH + sizeof("..."))
const char *attacked_user(const char *user, size_t width,
    char cell[ATTACKED_USER_SIZE]);

void attacked_show(FILE *, const struct ctl_account_record *, size_t,
    int64_t now, bool headings);

/* One object. */
void attacked_json(struct json *, const struct ctl_account_record *);

#endif
