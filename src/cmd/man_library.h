/* The manual page nvsweep-library(5). */
#ifndef NVSWEEP_CMD_MAN_LIBRARY_H
#define NVSWEEP_CMD_MAN_LIBRARY_H

/* Prints it: record by record, the fields of the library's schemas. */
void man_library(void);

#endif
