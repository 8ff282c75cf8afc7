/* Status says what kind of thing went wrong, text says where and what would be
 * right.  error_set fills in the text and returns the status, so that failing is
 * one statement.  Only main prints the text and turns the status into an exit
 * code. */
#ifndef NVSWEEP_BASE_ERROR_H
#define NVSWEEP_BASE_ERROR_H

enum status {
    STATUS_OK,
    STATUS_INFEASIBLE, /* a design that cannot be built: a result, not an error */
    STATUS_RECORDED,   /* the run ended, with model failures recorded in the file */
    STATUS_RUNNING,    /* somebody else is at it: look again later */
    STATUS_RESUME,     /* stopped in good order: run the same command again */
    STATUS_INPUT,      /* the user's files or arguments are wrong */
    STATUS_IO,         /* the system refused: disk, network, permissions */
};

struct error {
    char text[1024];
};

/* Format the message into err (cut to its size, control characters made spaces: it is
 * one line) and return status.  err may be NULL when the caller does not care for the
 * words. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The process exit code of a status: 0 done, 1 failures recorded or the system
 * refused, 2 bad input, 3 running, 75 resume me. */
int status_exit_code(enum status status);

#endif
