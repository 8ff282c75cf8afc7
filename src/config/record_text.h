/* A record as the text of a library file. */
#ifndef NVSWEEP_CONFIG_RECORD_TEXT_H
#define NVSWEEP_CONFIG_RECORD_TEXT_H

#include "config/record.h"

/* Returns the text of the record with all keys that it inherits; freed by the caller. */
char *inheritance_text(const struct inheritance *inheritance);

#endif
